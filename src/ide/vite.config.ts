// Builds the IDE into the server's wwwroot, where the built files are committed: 'dotnet run' needs no Node.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// .ci/checks/ide-build names a folder of its own, to compare.
const committed = fileURLToPath(new URL('../Analytics.Gql/wwwroot/graphql/ide', import.meta.url));

export default defineConfig({
  // Files name each other relatively, so that they work under any path base.
  base: './',
  worker: { format: 'es' },
  build: {
    outDir: process.env.ANALYTICS_IDE_FOLDER ?? committed,
    emptyOutDir: true,
    target: 'es2022',
    // As data: addresses, fonts and pictures would have to be allowed by the page's policy.
    assetsInlineLimit: 0,
    // The notices that the packages' licences ask for.
    license: { fileName: 'licenses.txt' },
    rolldownOptions: {
      // 'use client' speaks to servers that render React; there is none here.
      onLog: (level, log, write) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') write(level, log);
      },
    },
    // Monaco is this large; the browser keeps it.
    chunkSizeWarningLimit: 4_000,
  },
});
