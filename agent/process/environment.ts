// Which variables of the caller's environment parbake reads. It deletes all others before its first step, so that neither Node
// nor a package finds one; programs that parbake starts get none at all.

/** cli/README.md names them all. */
export const VARIABLES: readonly string[] = [
  // Where AWS is, and how to reach it.
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  "AWS_ENDPOINT_URL_EC2",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_CA_BUNDLE",
  ...["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  // Where IMDS is, and whether it is asked.
  "AWS_EC2_METADATA_DISABLED",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
  // Other credentials than the role's.
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  // Whether Packer bakes an image here.
  "PACKER_BUILD_NAME",
  // How to print.
  "COLUMNS",
  "NO_COLOR",
  "TERM",
  // What shows it.
  "PARBAKE_PAGER",
  "PAGER",
  "LESS",
  // When the image was baked, for bakes that can be made twice.
  "SOURCE_DATE_EPOCH",
  // What systemd says about who started parbake, where its output goes, and where it hears of its state.
  "JOURNAL_STREAM",
  "NOTIFY_SOCKET",
  "SYSTEMD_EXEC_PID",
];

/** Variables on which Node, OpenSSL, libuv or the C library act before parbake's first line runs. */
const EARLY = /^(?:NODE|UV|OPENSSL|SSL|OSSL|QLOG|CTLOG|ICU|MALLOC|GLIBC|UNDICI|WATCH)(?:_|DIR$)/;

export type Environment = Readonly<Record<string, string | undefined>>;

export function keepKnown(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    VARIABLES.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** What parbake's units set (systemd/run.conf): harmless as it stands there. */
export const SET_BY_UNITS: Environment = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/** Variables that it is too late to delete: only a process that starts without them is free of them. */
export function listEarly(environment: Environment): string[] {
  return Object.keys(environment).filter((name) => EARLY.test(name) && environment[name] !== SET_BY_UNITS[name]);
}
