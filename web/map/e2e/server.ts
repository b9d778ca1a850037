import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The real program in a folder of its own, with a private cluster and no demo. */
export class Server {
  readonly url: string;
  /** The administrator's password, printed at the first start. */
  password = "";
  readonly #binary: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = "";

  private constructor(binary: string, folder: string, port: number, args: string[]) {
    this.#binary = binary;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.#process = spawn(binary, ["up", "--listen", `127.0.0.1:${port}`, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => {
      this.#log += chunk.toString();
    };
    this.#process.stdout?.on("data", keep);
    this.#process.stderr?.on("data", keep);
  }

  static async start(...args: string[]): Promise<Server> {
    const binary = resolve(process.env.GISD_BINARY ?? "../../bin/gisd");
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run make build`);
    const folder = mkdtempSync(join(tmpdir(), "gisd-e2e-"));
    const server = new Server(binary, folder, await freePort(), args);
    await server.#ready();
    server.password = /Password, shown only now:\s*(\S+)/.exec(server.#log)?.[1] ?? "";
    return server;
  }

  /** Runs gisd in the server's folder, where it finds the cluster; returns what it printed. */
  async gisd(...args: string[]): Promise<string> {
    const { stdout } = await run(this.#binary, args, { cwd: this.#folder });
    return stdout.trim();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      await once(this.#process, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error(`gisd up ended:\n${this.#log}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((wake) => setTimeout(wake, 200));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (!address || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Where features changed, as an anonymous stream tells. */
export interface Change {
  collection: string;
  boxes: number[][];
}

/** Opens a stream; the function it returns waits for the next change of features. */
export async function hear(url: string): Promise<() => Promise<Change>> {
  const stop = new AbortController();
  const answer = await fetch(`${url}/live/stream`, { signal: stop.signal });
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  return async () => {
    let text = "";
    try {
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done) break;
        text += decoder.decode(part.value, { stream: true });
        for (const [, data = ""] of text.matchAll(/^event: tiles-changed\ndata: (.*)\n\n/gm)) {
          const [change] = (JSON.parse(data) as { tiles: Change[] }).tiles;
          if (change) return change;
        }
      }
    } finally {
      stop.abort();
    }
    throw new Error("the stream ended");
  };
}
