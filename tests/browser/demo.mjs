// The demo as a child process that a test may stop and start again, on the same port and with the same training.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/Analytics.Demo/bin/Debug/net10.0/Analytics.Demo.dll', import.meta.url));
const patienceMs = 120_000;

export class Demo {
  #child;
  #folder = mkdtempSync('/var/tmp/browser-');
  #port;
  #settings;

  /** @param settings Environment variables of the server. */
  static async start(settings = {}) {
    const demo = new Demo();
    demo.#settings = settings;
    // PostgreSQL runs as somebody else where we are root.
    chmodSync(demo.#folder, 0o755);
    demo.#port = await freePort();
    await demo.start();
    return demo;
  }

  get url() { return `http://127.0.0.1:${this.#port}/`; }

  /** Until it serves. A folder that is new is filled first. */
  async start() {
    this.#child = spawn('dotnet',
      [program, '--port', `${this.#port}`, '--users', '50', '--weeks', '60', '--data', join(this.#folder, 'demo')],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.#settings } });
    let said = '';
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the demo is not there after ${patienceMs} ms:\n${said}`)), patienceMs);
      const hear = (chunk) => {
        said += chunk;
        // The last line it prints.
        if (!said.includes('Ctrl-C')) return;
        clearTimeout(late);
        resolve();
      };
      this.#child.stdout.on('data', hear);
      this.#child.stderr.on('data', hear);
      this.#child.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
    });
    this.connection = /^psql +'?(postgres\S+?)'?$/m.exec(said)?.[1];
    if (!this.connection) throw new Error(`the demo printed no psql line:\n${said}`);
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async dispose() {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
