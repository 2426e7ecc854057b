// How the dashboard is built into the server's wwwroot, and served with the API of a running demo in development.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds the API; another address by ANALYTICS_URL.
const api = process.env.ANALYTICS_URL ?? 'http://127.0.0.1:5080';

// A built page names its documents by their ids, which the server knows in every setting ("Documents by id" of the README);
// in development it sends their texts, so that an operation can be changed without restarting the server.
function graphqlDocuments() {
  let building = false;
  return {
    name: 'graphql-documents',
    configResolved: (config) => { building = config.command === 'build'; },
    transform: (text, file) => {
      if (!file.endsWith('.graphql')) return null;
      const id = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      return { code: `export default ${JSON.stringify(building ? id : text)};`, map: null };
    },
  };
}

// Vite would empty the whole folder, in which others keep files too.
function withoutFormerBuild() {
  return {
    name: 'without-former-build',
    apply: 'build',
    configResolved: ({ root, build }) => {
      for (const name of ['assets', 'index.html']) rmSync(resolve(root, build.outDir, name), { recursive: true, force: true });
    },
  };
}

export default defineConfig({
  // Relative, so that the server may stand behind a path prefix.
  base: './',
  plugins: [graphqlDocuments(), withoutFormerBuild(), react()],
  build: {
    outDir: '../Analytics.Gql/wwwroot',
    emptyOutDir: false,
    sourcemap: false,
    // Fonts and icons stay files: the page's content security policy is easier to keep narrow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // The notices that the packages' licences ask for.
    license: { fileName: 'licenses.txt' },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/graphql': { target: api, ws: true },
      '/demo': { target: api },
    },
  },
});
