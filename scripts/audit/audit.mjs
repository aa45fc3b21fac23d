// make audit: Lighthouse over the pages that people use most, on a demonstration of its own that
// is started for it and stopped after. Prints a table and fails below a bar. Names of pages as
// arguments measure only those.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import lighthouse from 'lighthouse'
import { launch } from 'chrome-launcher'

const categories = ['performance', 'accessibility', 'best-practices']
// What the public opens is measured as on a telephone, three times, and the median counts. What
// the office opens has a bar for accessibility only, which is the same each time.
const open = { runs: 3, bar: { performance: 95, accessibility: 100, 'best-practices': 100 } }
const staff = { runs: 1, bar: { accessibility: 100 } }

const only = process.argv.slice(2)
const dir = await mkdtemp(join(tmpdir(), 'xiaohao-audit-'))
const server = spawn(fileURLToPath(new URL('../../bin/xiaohao', import.meta.url)),
  ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', join(dir, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] })
const ended = new Promise((done) => server.once('exit', done))
let failed = false
try {
  const site = await address()
  const pages = (await pagesOf(site)).filter((p) => !only.length || only.includes(p.name))
  if (!pages.length) throw new Error('no such page: ' + only)
  console.log(['page', 'performance', 'accessibility', 'best practices', ''].join('\t'))
  for (const p of pages) {
    const bar = p.as ? staff : open
    const got = await measure(site + p.path, p.as, bar.runs)
    const under = Object.keys(bar.bar).filter((c) => got[c] < bar.bar[c]).map((c) => `${c} < ${bar.bar[c]}`)
    failed ||= under.length > 0
    console.log([p.name, ...categories.map((c) => got[c]), under.join(', ') || 'ok'].join('\t'))
    for (const w of got.why) console.log('\t' + w)
  }
} finally {
  server.kill('SIGTERM')
  await ended
  await rm(dir, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

// address waits until the server says where it listens.
function address() {
  return new Promise((found, lost) => {
    let said = ''
    const hear = (chunk) => {
      said += chunk
      const m = said.match(/http:\/\/127\.0\.0\.1:\d+/)
      if (m) found(m[0])
    }
    server.stdout.on('data', hear)
    server.stderr.on('data', hear)
    ended.then(() => lost(new Error('the server ended:\n' + said)))
  })
}

// pagesOf lists what is measured, with items that the demonstration has.
async function pagesOf(site) {
  const clerk = 'clerk', leader = 'leader|leader.demo|处级挂钩领导（演示）'
  const list = async (query) => {
    const res = await fetch(`${site}/api/v1/items?${query}`, { headers: { 'Xiaohao-Act': clerk } })
    const { items } = await res.json()
    if (!items?.length) throw new Error('the demonstration has no item of ' + query)
    return items
  }
  const [going] = await list('state=IN_PROGRESS&size=1')
  const released = (await list('state=CLOSED&size=100')).find((it) => it.released)
  if (!released) throw new Error('the demonstration has no released item')
  return [
    { name: 'home', path: '/' }, { name: 'raise', path: '/raise' }, { name: 'query', path: '/q' }, { name: 'echo', path: '/echo' },
    { name: 'released', path: '/p/' + released.public_id },
    { name: 'desk', path: '/desk', as: clerk }, { name: 'unit', path: '/unit', as: `unit|${going.lead.id}|HANDLER` }, { name: 'leader', path: '/leader', as: leader },
    { name: 'board', path: '/board', as: clerk }, { name: 'items', path: '/items', as: clerk }, { name: 'item', path: '/items/' + going.number, as: clerk },
  ]
}

// measure opens a page in browsers of its own and returns the median of each score, and what cost
// accessibility or best practices anything.
async function measure(url, as, runs) {
  const all = []
  for (let i = 0; i < runs; i++) {
    const chrome = await launch({
      chromePath: process.env.CHROME_PATH,
      chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    try {
      const extraHeaders = as ? { 'Xiaohao-Act': encodeURIComponent(as) } : {} // a header of cookies would lose to those that pages set
      const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: categories, logLevel: 'error', extraHeaders })
      if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`)
      all.push(lhr)
    } finally {
      await chrome.kill()
    }
  }
  const out = { why: [] }
  for (const c of categories) out[c] = all.map((r) => Math.round(r.categories[c].score * 100)).sort((a, b) => a - b)[(runs - 1) / 2]
  for (const c of ['accessibility', 'best-practices']) {
    for (const { id, weight } of all[0].categories[c].auditRefs) {
      const a = all[0].audits[id]
      if (weight === 0 || a.score === null || a.score === 1) continue
      out.why.push(`${c}: ${id}: ${a.title}`, ...(a.details?.items ?? []).slice(0, 3).map((x) => '  ' + (x.node?.snippet ?? x.description ?? x.url ?? '')))
    }
  }
  return out
}
