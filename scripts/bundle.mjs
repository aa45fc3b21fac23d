// Makes web/static/dist/app.css, app.js and photo.js, which the Go program embeds, from
// web/static/src. Run by `npm run build`, from the Makefile.
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const web = fileURLToPath(new URL('../web/static/', import.meta.url))

const common = {
  absWorkingDir: web,
  bundle: true,
  minify: true,
  // Offices still run Windows 7, where Chrome ended with 109.
  target: 'chrome109',
  charset: 'utf8',
  legalComments: 'none',
  plugins: [{
    name: 'served',
    // An address from the root is served by the program, not bundled.
    setup: (build) => build.onResolve({ filter: /^\// }, ({ kind }) =>
      kind === 'url-token' || kind === 'import-statement' ? { external: true } : null),
  }],
  logLevel: 'warning',
}

await rm(`${web}dist`, { recursive: true, force: true })
await mkdir(`${web}dist`, { recursive: true })
try {
  await esbuild.build({
    ...common,
    // Tokens first and outside of any layer, so that app.css may lean on them.
    stdin: {
      contents: '@import "./tokens.css"; @import "./app.css";',
      loader: 'css',
      resolveDir: `${web}src`,
      sourcefile: 'all.css',
    },
    outfile: 'dist/app.css',
  })
  await esbuild.build({
    ...common,
    entryPoints: ['src/app.js', 'src/photo.js'],
    // A closed function works both as a module and as a plain deferred script.
    format: 'iife',
    outdir: 'dist',
  })
} catch {
  await rm(`${web}dist`, { recursive: true, force: true }) // half of it would look finished
  process.exit(1) // esbuild has said why
}
