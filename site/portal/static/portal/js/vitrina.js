/* What the browser does by itself. Every form and link works without this file. */
(() => {
  'use strict'
  const root = document.documentElement
  const words = document.body.dataset

  /* Toasts: [{text, state, url, action}] in an HX-Trigger header named "toast", or rendered by the server. */
  const region = document.getElementById('toasts')
  const SVG = 'http://www.w3.org/2000/svg'

  function sign(name) {
    const svg = document.createElementNS(SVG, 'svg')
    svg.setAttribute('class', 'icon')
    svg.setAttribute('aria-hidden', 'true')
    const use = document.createElementNS(SVG, 'use')
    use.setAttribute('href', `${words.icons}#${name}`)
    svg.append(use)
    return svg
  }

  function leave(toast) {
    // whoever reads or points at it keeps it
    if (toast.matches(':hover, :focus-within')) {
      setTimeout(leave, 2000, toast)
    } else {
      toast.remove()
    }
  }

  function expire(toast) {
    // bad news stays until it is closed
    if (toast.dataset.state !== 'bad') setTimeout(leave, toast.querySelector('a') ? 10000 : 6000, toast)
  }

  function show({ text, state = 'ok', url, action }) {
    if (!region || !text) return
    const toast = document.createElement('div')
    toast.className = 'toast'
    toast.dataset.state = state
    const said = document.createElement('span')
    said.textContent = text
    toast.append(sign(state === 'ok' ? 'check' : 'triangle-alert'), said)
    if (url && action) {
      const link = document.createElement('a')
      link.href = url
      link.textContent = action
      toast.append(link)
    }
    const close = document.createElement('button')
    close.type = 'button'
    close.dataset.dismiss = ''
    close.setAttribute('aria-label', words.closeText)
    close.append(sign('x'))
    toast.append(close)
    region.append(toast)
    expire(toast)
  }

  region?.querySelectorAll('.toast').forEach(expire)
  document.addEventListener('toast', event => {
    const given = event.detail?.value ?? event.detail
    for (const toast of Array.isArray(given) ? given : [given]) {
      show(typeof toast === 'string' ? { text: toast } : toast)
    }
  })
  for (const failure of ['htmx:responseError', 'htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(failure, () => show({ text: words.errorText, state: 'bad' }))
  }

  /* Quantity: steps of the pack, never between zero and the least quantity. */
  function settle(value, step, min) {
    if (!(value > 0)) return 0
    const packs = Math.max(Math.ceil(value / step - 1e-9), Math.ceil(min / step - 1e-9), 1)
    // a pack has at most four decimals
    return Number((packs * step).toFixed(4))
  }

  function limits(input) {
    return { step: Number(input.step) || 1, min: Number(input.dataset.min) || 0 }
  }

  function put(input, value) {
    if (String(value) === input.value) return
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }

  function stepBy(button) {
    const input = button.parentElement.querySelector('input')
    if (!input || input.disabled || input.readOnly) return
    const { step, min } = limits(input)
    const now = Number(input.value) || 0
    const up = Number(button.dataset.step) > 0
    let next = now + (up ? step : -step)
    if (!up && next < min - 1e-9) next = 0
    put(input, settle(next, step, min))
  }

  document.addEventListener('focusin', event => {
    if (event.target.closest('.qty')) event.target.select?.()
  })
  document.addEventListener('keydown', event => {
    const input = event.target
    if (!input.matches?.('.qty input') || !['ArrowUp', 'ArrowDown'].includes(event.key)) return
    // the browser would step from zero past the least quantity
    event.preventDefault()
    const buttons = input.parentElement.querySelectorAll('[data-step]')
    for (const button of buttons) {
      if (Number(button.dataset.step) > 0 === (event.key === 'ArrowUp')) stepBy(button)
    }
  })

  /* Copy: [data-copy="text"], or the text of the element that data-copy-from names. */
  async function copy(button) {
    const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null
    try {
      await navigator.clipboard.writeText(button.dataset.copy || source?.textContent.trim() || '')
      show({ text: words.copiedText })
    } catch {
      // no right to the clipboard (an address without TLS): select it for copying by hand
      if (source) getSelection().selectAllChildren(source)
    }
  }

  document.addEventListener('click', event => {
    const target = event.target.closest(
      '[data-open], [data-close], [data-step], [data-copy], [data-copy-from], [data-dismiss], [data-print]',
    )
    if (!target) {
      // a click on the veil around a dialog closes it
      if (event.target.nodeName === 'DIALOG') event.target.close()
      return
    }
    const { open, close, step, dismiss, print } = target.dataset
    if (open) document.getElementById(open)?.showModal()
    else if (close !== undefined) target.closest('dialog')?.close()
    else if (step) stepBy(target)
    else if (dismiss !== undefined) target.closest('.toast, .banner')?.remove()
    else if (print !== undefined) window.print()
    else copy(target)
  })

  /* Keys: "/" goes to the search, as long as nobody types. */
  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest('input, textarea, select, [contenteditable]')) return
    const search = document.querySelector('[data-hotkey]')
    if (!search?.checkVisibility()) return
    event.preventDefault()
    search.focus()
    search.select()
  })

  /* A choice that needs no button. */
  document.addEventListener('change', event => {
    const { target } = event
    if (target.matches('[data-auto]')) target.form?.requestSubmit()
    if (target.name === 'theme' && target.closest('[data-theme-choice]')) choose(target.value)
  })

  /* Theme: a cookie, so that the server writes it into the page and nothing flashes. */
  function choose(theme) {
    const chosen = theme === 'light' || theme === 'dark'
    const secure = location.protocol === 'https:' ? '; secure' : ''
    const age = chosen ? 31536000 : 0
    document.cookie = `vitrina_theme=${chosen ? theme : ''}; path=/; max-age=${age}; samesite=lax${secure}`
    if (chosen) root.dataset.theme = theme
    else delete root.dataset.theme
  }

  document.querySelectorAll('[data-theme-choice]').forEach(choice => { choice.hidden = false })

  /* Gallery: the small picture of the large one in sight is marked. */
  document.querySelectorAll('.gallery:not([data-single]) .plates').forEach(plates => {
    const links = plates.closest('.gallery').querySelectorAll('ul a')
    const seen = new IntersectionObserver(entries => {
      entries.filter(entry => entry.isIntersecting).forEach(entry => {
        links.forEach(link => {
          if (link.hash === `#${entry.target.id}`) link.setAttribute('aria-current', 'true')
          else link.removeAttribute('aria-current')
        })
      })
    }, { root: plates, threshold: 0.6 })
    plates.querySelectorAll('.plate').forEach(plate => seen.observe(plate))
  })

  /* A form is sent once, however often it is pressed; the browser's back button frees it again. */
  document.addEventListener('submit', event => {
    if (event.target.method !== 'post' || event.defaultPrevented) return
    if (event.target.dataset.sent !== undefined) {
      event.preventDefault()
      return
    }
    if (event.target.hasAttribute('hx-post') || event.target.hasAttribute('data-again')) return
    event.target.dataset.sent = ''
    event.submitter?.setAttribute('aria-busy', 'true')
  })
  addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach(form => {
      delete form.dataset.sent
      form.querySelectorAll('[aria-busy]').forEach(button => button.removeAttribute('aria-busy'))
    })
  })
})()
