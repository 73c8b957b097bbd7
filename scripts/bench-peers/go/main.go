// The boot job of one machine as a careful Go programmer would write it in an afternoon, to measure parbake against: who am
// I, which role, the secrets at once, templates, and all of it written so that a reader never sees half.
//
// Usage: rival -templates FOLDER -files FOLDER -secrets-folder FOLDER ID…
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// What a template sees.
type machine struct {
	InstanceID   string
	InstanceType string
	Region       string
	VCPUs        int
	MemoryMiB    int
	HeapMiB      int
}

func main() {
	templates := flag.String("templates", "", "the folder of *.tmpl")
	files := flag.String("files", "", "the folder of the files made of them")
	secretsFolder := flag.String("secrets-folder", "", "a folder on tmpfs")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := boot(ctx, *templates, *files, *secretsFolder, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "rival:", err)
		os.Exit(1)
	}
}

func boot(ctx context.Context, templates, files, secretsFolder string, ids []string) error {
	metadata := imds.New(imds.Options{Endpoint: os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")})
	document, err := metadata.GetInstanceIdentityDocument(ctx, nil)
	if err != nil {
		return err
	}
	memoryMiB, err := readMemoryMiB()
	if err != nil {
		return err
	}
	facts := machine{
		InstanceID: document.InstanceID, InstanceType: document.InstanceType, Region: document.Region,
		VCPUs: runtime.NumCPU(), MemoryMiB: memoryMiB, HeapMiB: memoryMiB * 6 / 10,
	}
	secrets := make(map[string]string)
	if len(ids) > 0 {
		if secrets, err = fetchSecrets(ctx, metadata, document.Region, ids); err != nil {
			return err
		}
	}
	if err := writeSecrets(secretsFolder, secrets); err != nil {
		return err
	}
	return renderAll(templates, files, facts)
}

func readMemoryMiB() (int, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	var kib int
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return 0, err
	}
	return kib / 1024, nil
}

// All at once. The password of each secret's JSON by the secret's id.
func fetchSecrets(ctx context.Context, metadata *imds.Client, region string, ids []string) (map[string]string, error) {
	role := ec2rolecreds.New(func(options *ec2rolecreds.Options) { options.Client = metadata })
	options := secretsmanager.Options{Region: region, Credentials: aws.NewCredentialsCache(role)}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		options.BaseEndpoint = aws.String(endpoint)
	}
	if bundle := os.Getenv("AWS_CA_BUNDLE"); bundle != "" {
		client, err := trust(bundle)
		if err != nil {
			return nil, err
		}
		options.HTTPClient = client
	}
	client := secretsmanager.New(options)
	values := make([]string, len(ids))
	failures := make([]error, len(ids))
	var all sync.WaitGroup
	for index, id := range ids {
		all.Add(1)
		go func() {
			defer all.Done()
			values[index], failures[index] = fetchPassword(ctx, client, id)
		}()
	}
	all.Wait()
	secrets := make(map[string]string, len(ids))
	for index, id := range ids {
		if failures[index] != nil {
			return nil, failures[index]
		}
		secrets[id] = values[index]
	}
	return secrets, nil
}

func fetchPassword(ctx context.Context, client *secretsmanager.Client, id string) (string, error) {
	answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	var document struct {
		Password string `json:"password"`
	}
	if err := json.Unmarshal([]byte(aws.ToString(answer.SecretString)), &document); err != nil {
		return "", fmt.Errorf("%s: not JSON", id)
	}
	return document.Password, nil
}

// A new folder beside the old one, and one rename of a link: readers see all of the old or all of the new.
func writeSecrets(folder string, secrets map[string]string) error {
	generation, err := os.MkdirTemp(folder, ".generation-")
	if err != nil {
		return err
	}
	for id, value := range secrets {
		path := filepath.Join(generation, filepath.FromSlash(id))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(value), 0o400); err != nil {
			return err
		}
	}
	link := filepath.Join(folder, ".new")
	if err := os.Symlink(filepath.Base(generation), link); err != nil {
		return err
	}
	return os.Rename(link, filepath.Join(folder, "current"))
}

func renderAll(templates, files string, facts machine) error {
	paths, err := filepath.Glob(filepath.Join(templates, "*.tmpl"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		parsed, err := template.New(filepath.Base(path)).Option("missingkey=error").ParseFiles(path)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := parsed.Execute(&text, facts); err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".tmpl")
		if err := writeWhole(filepath.Join(files, name), text.Bytes()); err != nil {
			return err
		}
	}
	folder, err := os.Open(files)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

func writeWhole(path string, text []byte) error {
	staged, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer staged.Close()
	if _, err := staged.Write(text); err != nil {
		return err
	}
	if err := staged.Chmod(0o644); err != nil {
		return err
	}
	if err := staged.Sync(); err != nil {
		return err
	}
	return os.Rename(staged.Name(), path)
}
