// Draws the parts of a photo that are to be covered. The numbers in the form are what counts:
// without this they are typed, and with it they still can be.
const form = document.querySelector('form[data-redact]')
const SVG = 'http://www.w3.org/2000/svg'

function rows() {
  return [...form.querySelectorAll('input[name$=".x"]')].map((x) => {
    const at = (k) => form.elements[x.name.replace(/x$/, k)]
    return { n: x.name.split('.')[1], x, y: at('y'), w: at('w'), h: at('h') }
  })
}

const numbers = (r) => [r.x, r.y, r.w, r.h].map((e) => parseFloat(e.value))
const tenth = (v) => String(Math.round(v * 10) / 10)

function draw() {
  const shown = rows().map(numbers).filter((v) => v.every(Number.isFinite)).map(([x, y, w, h]) => {
    const r = document.createElementNS(SVG, 'rect')
    for (const [k, v] of Object.entries({ x, y, width: w, height: h })) r.setAttribute(k, `${v}%`)
    return r
  })
  form.querySelector('.drawn').replaceChildren(...shown)
}

function put(r, x, y, w, h) {
  r.x.value = tenth(x)
  r.y.value = tenth(y)
  r.w.value = tenth(w)
  r.h.value = tenth(h)
  draw()
}

// free is the first row without numbers; a new one when all are used.
function free() {
  const all = rows(), row = all.find((r) => ![r.x, r.y, r.w, r.h].some((e) => e.value))
  if (row || all.length >= 40) return row
  const old = all[all.length - 1].x.closest('tr'), tr = old.cloneNode(true), n = all.length
  tr.querySelector('th').textContent = n + 1
  for (const e of tr.querySelectorAll('input')) {
    e.name = e.name.replace(/\.\d+\./, `.${n}.`)
    e.id = e.id.replace(/-\d+-/, `-${n}-`)
    e.setAttribute('aria-label', e.getAttribute('aria-label').replace(/\d+/, n + 1))
    e.value = ''
  }
  const b = tr.querySelector('button')
  b.dataset.clear = n
  b.setAttribute('aria-label', `去掉第 ${n + 1} 块`)
  old.after(tr)
  return rows()[n]
}

function start() {
  const svg = form.querySelector('.cover svg')
  for (const e of form.querySelectorAll('[data-draw]')) e.hidden = false
  let row, from
  const at = (ev) => {
    const box = svg.getBoundingClientRect()
    return [(ev.clientX - box.left) / box.width, (ev.clientY - box.top) / box.height].map((v) => Math.min(100, Math.max(0, v * 100)))
  }
  const show = (to) => put(row, Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1]))
  svg.addEventListener('pointerdown', (ev) => {
    if (ev.button !== 0 || !(row = free())) return
    ev.preventDefault()
    svg.setPointerCapture(ev.pointerId)
    from = at(ev)
  })
  svg.addEventListener('pointermove', (ev) => { if (from) show(at(ev)) })
  svg.addEventListener('pointerup', (ev) => {
    if (!from) return
    const to = at(ev)
    // A click without a drag covers nothing.
    if (Math.abs(from[0] - to[0]) < 0.5 || Math.abs(from[1] - to[1]) < 0.5) clear(row)
    else show(to)
    from = undefined
  })
  svg.addEventListener('pointercancel', () => { if (from) clear(row); from = undefined })
  form.addEventListener('input', draw)
  form.addEventListener('click', (ev) => {
    const n = ev.target.dataset?.clear
    if (n) clear(rows().find((r) => r.n === n))
  })
  draw()
}

function clear(r) {
  for (const e of [r.x, r.y, r.w, r.h]) e.value = ''
  draw()
}

if (form) start()
