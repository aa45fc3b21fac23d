// Everything here is an extra: each page reads and sends without it.
const doc = document, body = doc.body, main = doc.getElementById('m')
const $ = (sel, at = doc) => at.querySelector(sel)
const $$ = (sel, at = doc) => [...at.querySelectorAll(sel)]

function make(tag, className, text) {
  const e = doc.createElement(tag)
  if (className) e.className = className
  if (text) e.textContent = text
  return e
}

// 大字版, 高对比: on a page that answers a form the link would lose the page.
function switches() {
  const words = { size: ['large', '大字版', '标准字'], contrast: ['high', '高对比', '标准色'] }
  for (const a of $$('a[data-switch]')) {
    if (!a.hidden) continue
    a.hidden = false
    a.addEventListener('click', (ev) => {
      ev.preventDefault()
      const name = a.dataset.switch, [value, on, off] = words[name], root = doc.documentElement
      const was = root.dataset[name] === value
      if (was) delete root.dataset[name]
      else root.dataset[name] = value
      doc.cookie = `${name}=${was ? 'normal' : value};path=/;max-age=${was ? 0 : 31536000};samesite=lax`
      a.textContent = was ? on : off
    })
  }
}

function summary() {
  const e = $('.errsum[tabindex]')
  if (e) e.focus()
}

function receipt() {
  for (const b of $$('button[data-print]')) {
    b.disabled = false
    b.addEventListener('click', () => print())
  }
  for (const b of $$('button[data-copy]')) {
    if (!navigator.clipboard) continue
    b.hidden = false
    b.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(b.dataset.copy)
        b.textContent = '已复制'
      } catch {
        b.textContent = '没复制成，请抄下来'
      }
    })
  }
}

// What was typed stays on this device until the receipt is there: never who somebody is.
function drafts() {
  const done = $('[data-draft-done]')
  const key = (name) => 'draft:' + name
  try {
    if (done) return localStorage.removeItem(key(done.dataset.draftDone))
    const form = $('form[data-draft]')
    if (!form) return
    const k = key(form.dataset.draft)
    const fields = () => [...form.elements].filter((e) => e.name && e.type !== 'hidden' && e.type !== 'submit' && !/^(name|phone)$/.test(e.name))
    const old = JSON.parse(localStorage.getItem(k) || 'null')
    const empty = fields().every((e) => (e.type === 'radio' || e.type === 'checkbox' ? e.checked === e.defaultChecked : e.value === e.defaultValue))
    const server = fields().some((e) => e.tagName === 'TEXTAREA' && e.defaultValue)
    if (old && empty && !server && !$('.errsum', main)) {
      for (const e of fields()) {
        const v = old[e.name]
        if (v === undefined) continue
        if (e.type === 'radio' || e.type === 'checkbox') e.checked = v === e.value
        else e.value = v
      }
    }
    form.addEventListener('input', () => {
      const now = JSON.parse(localStorage.getItem(k) || '{}')
      for (const e of fields()) {
        if (e.type === 'radio' || e.type === 'checkbox') {
          if (e.checked) now[e.name] = e.value
          else if (e.type === 'checkbox') delete now[e.name]
        } else now[e.name] = e.value || undefined
      }
      localStorage.setItem(k, JSON.stringify(now))
    })
  } catch { /* storage may be off */ }
}

// What a program that sends thousands of forms would have to pay for each: a number that
// makes SHA-256 of "id:number" begin with so many zero bits (web/sieve). Own code, since
// crypto.subtle is not there without https, and one block is enough.
function sha256head(text) {
  const w = new Int32Array(64), n = text.length
  for (let i = 0; i < n; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8)
  w[n >> 2] |= 0x80 << (24 - (n % 4) * 8)
  w[15] = n * 8
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15], b = w[i - 2]
    w[i] = w[i - 16] + w[i - 7] + (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10))
  }
  let [a, b, c, d, e, f, g, h] = sha256head.h
  for (let i = 0; i < 64; i++) {
    const t = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + sha256head.k[i] + w[i]) | 0
    const u = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0
  }
  return (sha256head.h[0] + a) | 0
}

function work() {
  const form = $('form[data-work]')
  if (!form) return
  const part = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0, k = [], h = []
  for (let p = 2; k.length < 64; p++) {
    let prime = true
    for (let q = 2; q * q <= p; q++) if (p % q === 0) prime = false
    if (!prime) continue
    if (h.length < 8) h.push(part(Math.sqrt(p)))
    k.push(part(Math.cbrt(p)))
  }
  Object.assign(sha256head, { k, h })
  const proof = form.elements.proof, id = form.dataset.work + ':', bits = +form.dataset.bits
  let n = 0, sent
  const some = () => {
    const until = performance.now() + 25
    do {
      for (let i = 0; i < 100; i++, n++) {
        if (Math.clz32(sha256head(id + n)) < bits) continue
        proof.value = n
        if (sent) form.submit()
        return
      }
    } while (performance.now() < until)
    setTimeout(some)
  }
  form.addEventListener('submit', (ev) => {
    if (proof.value || (ev.submitter && ev.submitter.value === 'back')) return
    ev.preventDefault()
    sent = true
    $('[data-working]', form).hidden = false
  })
  some()
}

// A picture that was picked is shown before it is sent.
function previews() {
  for (const f of $$('input[type=file]')) {
    f.addEventListener('change', () => {
      f.parentElement.querySelector('.thumb')?.remove()
      const file = f.files[0]
      if (!file || !/^image\/(jpeg|png|webp)$/.test(file.type) || file.size > 20 << 20) return
      const reader = new FileReader()
      reader.addEventListener('load', () => {
        const box = make('span', 'thumb'), img = make('img')
        img.alt = '选的照片：' + file.name
        img.src = reader.result
        box.append(img)
        f.after(box)
      })
      reader.readAsDataURL(file)
    })
  }
}

function typing(e) {
  return e && (/^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName) || e.isContentEditable)
}

// "/" goes to the search field; j, k and Enter walk along a list of items.
function keys() {
  addEventListener('keydown', (ev) => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey || ev.isComposing || typing(doc.activeElement)) return
    if (ev.key === '/') {
      const f = $('input[type=search]')
      if (f) { ev.preventDefault(); f.focus(); f.select() }
      return
    }
    if (ev.key !== 'j' && ev.key !== 'k') return
    const rows = $$('[data-rows] a[data-row], table[data-rows] tbody tr:not(.grp) th a')
    if (!rows.length) return
    ev.preventDefault()
    const at = rows.indexOf(doc.activeElement)
    rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + (ev.key === 'j' ? 1 : -1)))].focus()
  })
}

// The desk suggests who might lead: a click takes the suggestion, another category asks anew.
function suggestions() {
  const offer = () => {
    for (const e of $$('b[data-fill]')) {
      const b = make('button', 'asa', e.textContent)
      b.type = 'button'
      b.dataset.fill = e.dataset.fill
      e.replaceWith(b)
    }
  }
  offer()
  addEventListener('renewed', offer)
  addEventListener('click', (ev) => {
    const b = ev.target.closest?.('button[data-fill]')
    const f = b && doc.getElementById(b.dataset.fill)
    if (f) { f.value = b.textContent; f.focus() }
  })
  addEventListener('change', async (ev) => {
    const form = ev.target.closest?.('form[data-suggest]')
    if (!form || ev.target.name !== 'category') return
    const hints = $('#hints', form), unit = $('[name="units.0.unit"]', form), was = $('[data-fill]', hints)?.textContent || ''
    const to = new URL(location.href)
    to.searchParams.set('category', ev.target.value)
    to.searchParams.set('at', form.dataset.suggest)
    try {
      const res = await fetch(to, { credentials: 'same-origin' })
      if (!res.ok) return
      const fresh = $('#hints', new DOMParser().parseFromString(await res.text(), 'text/html'))
      if (!fresh) return
      hints.replaceChildren(...fresh.childNodes)
      if (unit && (unit.value === '' || unit.value === was)) unit.value = $('[data-fill]', hints)?.textContent || ''
      offer()
    } catch { /* the button asks the server */ }
  })
}

// A page that follows changes renews its <main> by itself, but never under the hands of
// somebody who is filling in a form.
function live() {
  const from = body.dataset.live
  if (!from || !window.EventSource) return
  const item = body.dataset.item
  let busy = false, again = false, note, offline, timer
  const dirty = () => typing(doc.activeElement) || $$('main form').some((f) => [...f.elements].some((e) =>
    e.type === 'radio' || e.type === 'checkbox' ? e.checked !== e.defaultChecked
      : e.tagName === 'SELECT' ? [...e.options].some((o) => o.selected !== o.defaultSelected) && e.selectedIndex > 0
        : e.type !== 'hidden' && e.defaultValue !== undefined && e.value !== e.defaultValue))
  const tell = () => {
    if (note) return
    note = make('p', 'note near')
    note.setAttribute('role', 'status')
    if (item && $('main form[method=post][action^="/items/"]') && !$('.tlbox')) note.append('这一件刚才有人改过。您写的都在，交的时候先给您看两边。')
    else {
      const a = make('a', '', '刷新看')
      a.href = location.href
      note.append('有新变化，', a)
    }
    const box = make('div', 'wrap')
    box.append(note)
    main.prepend(box)
  }
  const renew = async () => {
    if (dirty()) return tell()
    if (busy) { again = true; return }
    busy = true
    try {
      const res = await fetch(location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' })
      if (!res.ok) throw new Error(res.status)
      const next = new DOMParser().parseFromString(await res.text(), 'text/html')
      const fresh = next.getElementById('m')
      if (!fresh) throw new Error('no main')
      if (dirty()) return tell()
      const openDetails = $$('details[open]', main).map((d) => d.id).filter(Boolean)
      const focus = main.contains(doc.activeElement) && doc.activeElement.id
      main.replaceChildren(...fresh.childNodes)
      for (const id of openDetails) { const d = doc.getElementById(id); if (d) d.open = true }
      if (focus) doc.getElementById(focus)?.focus({ preventScroll: true })
      note = undefined
      const foot = $('.foot'), newFoot = $('.foot', next)
      if (foot && newFoot) foot.replaceWith(newFoot)
      if (next.body.dataset.live) body.dataset.live = next.body.dataset.live
      receipt()
      dispatchEvent(new Event('renewed'))
    } catch {
      tell()
    } finally {
      busy = false
      if (again) { again = false; later() }
    }
  }
  // Many changes in one moment are one renewal.
  const later = () => { timer ??= setTimeout(() => { timer = undefined; renew() }, 250) }
  let lostAt
  const lost = () => {
    lostAt ??= setTimeout(() => {
      offline = make('div', 'wrap')
      const b = make('div', 'banner near gap'), d = make('div')
      b.setAttribute('role', 'status')
      d.append(make('h2', '', '网断了'), make('p', '', '看到的可能不是最新的。网通了会自己接上，先别关这一页。'))
      b.append(d)
      offline.append(b)
      main.prepend(offline)
    }, 10000)
  }
  const back = () => {
    clearTimeout(lostAt)
    lostAt = undefined
    if (offline) { offline.remove(); offline = undefined }
  }
  // What nobody looks at is renewed when somebody looks at it again.
  let source
  const open = () => {
    source?.close()
    if (doc.hidden) return
    source = new EventSource('/live?from=' + body.dataset.live + (item ? '&item=' + encodeURIComponent(item) : ''))
    source.addEventListener('open', back)
    source.addEventListener('error', () => {
      lost()
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000)
    })
    source.addEventListener('change', later)
  }
  open()
  doc.addEventListener('visibilitychange', open)
  addEventListener('pagehide', () => source?.close())
  addEventListener('pageshow', (ev) => { if (ev.persisted) open() })
}

// The wall hangs in a room and nobody touches it: it renews itself when something changed and
// every minute, and as soon as it cannot it says how old its figures are.
function wall() {
  const age = doc.getElementById('age')
  if (!age) return
  let at = Date.now(), why = '', busy = false, timer, source
  const say = () => {
    const minutes = Math.floor((Date.now() - at) / 60000)
    const text = why && `${why}这一页的数是${minutes ? ` ${minutes} 分钟以前` : '刚才'}的（${$('#stamp time').textContent}）。`
    if (age.textContent !== text) age.textContent = text
    age.hidden = !text
  }
  const after = (ms) => { clearTimeout(timer); timer = setTimeout(renew, ms) }
  const renew = async () => {
    if (busy) return
    busy = true
    try {
      const res = await fetch(location.href, { credentials: 'same-origin', signal: AbortSignal.timeout(15000) })
      const next = new DOMParser().parseFromString(await res.text(), 'text/html')
      const fresh = next.getElementById('m'), stamp = next.getElementById('stamp')
      if (res.ok && stamp) {
        main.replaceChildren(...fresh.childNodes)
        $('#stamp').replaceWith(stamp)
        at = Date.now()
        why = ''
      } else why = res.status < 500 ? '打不开总览了，要重新登录。' : '服务器没有答上来，正在重试。'
    } catch {
      why = '连不上服务器，正在重连。'
    }
    busy = false
    say()
    after(why ? 3000 : 60000)
    if (!why && source.readyState === EventSource.CLOSED) listen()
  }
  const listen = () => {
    source = new EventSource('/live')
    source.addEventListener('change', () => after(Math.max(250, at + 5000 - Date.now())))
    source.addEventListener('error', () => after(500))
  }
  listen()
  after(60000)
  setInterval(say, 5000)
  addEventListener('pagehide', () => source.close())
}

// The other system let somebody in: the button is pressed by itself.
function send() {
  const f = $('form[data-send]')
  if (f) f.requestSubmit()
}

switches()
summary()
receipt()
drafts()
previews()
keys()
work()
suggestions()
live()
wall()
send()
