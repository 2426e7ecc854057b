// Runs a script of this folder against a demo that is there for it alone: node with-demo.mjs ide.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Demo } from './demo.mjs';

const [script, ...rest] = process.argv.slice(2);
const demo = await Demo.start();
try {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), demo.url, ...rest], { stdio: 'inherit' });
  [process.exitCode] = await once(child, 'exit');
  process.exitCode ??= 1;
} finally {
  await demo.dispose();
}
