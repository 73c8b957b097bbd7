import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const HOME = "/srv/varnish";
const VCL = `${HOME}/test.vcl`;

/** Its counters say how large each storage is, and `param.show` the parameters. */
export const varnish: RealProgram = {
  title: "Varnish 7.1 (varnishstat, param.show)",
  profile: "varnish",
  async ask({ machine, root }, tuned) {
    await mkdir(join(root, HOME), { recursive: true });
    await chmod(join(root, HOME), 0o755);
    await writeFile(join(root, VCL), 'vcl 4.1;\nbackend test { .host = "127.0.0.1"; }\n');
    const show = (name: string) => machine.run(["varnishadm", "-n", HOME, "param.show", name]);
    const stat = () => machine.attempt(["varnishstat", "-n", HOME, "-1", "-f", "SMA.*.g_space"]);
    const listen = ["-a", "127.0.0.1:6081", "-T", "127.0.0.1:6082", "-f", VCL, "-n", HOME];
    const service: Service = {
      name: "varnish",
      argv: ["varnishd", "-j", "unix,user=vcache", "-F", ...listen, ...textOf(tuned, "options").split(" ")],
      isReady: async () => (await stat()).stdout.includes("SMA.Transient.g_space"),
    };
    const { stdout, threads, log } = await withService(machine, service, async () => ({
      ...(await stat()),
      threads: await show("thread_pool_max"),
      log: await show("vsl_space"),
    }));
    const spaceOf = (storage: string): string =>
      new RegExp(`^SMA\\.${storage}\\.g_space +(\\d+)`, "m").exec(stdout)![1]!;
    return {
      said: {
        malloc: spaceOf("s0"),
        transient: spaceOf("Transient"),
        thread_pool_max: /Value is: (\d+)/.exec(threads)![1]!,
        vsl_space: Number(/Value is: (\d+)M/.exec(log)![1]) * 2 ** 20,
      },
      unsaid: { options: "what is given to it: all of the above" },
    };
  },
};
