import { element } from './element.ts'

/** Asks for an API key, and says what was wrong with the last one. */
export function question(problem: string | undefined, answer: (key: string) => void): Node {
  const input = element('input', {
    id: 'key',
    type: 'password',
    required: '',
    autofocus: '',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'aria-describedby': problem === undefined ? 'key-hint' : 'problem key-hint',
    ...(problem !== undefined && { 'aria-invalid': 'true' }),
  })
  const button = element('button', { type: 'submit' }, 'Show record')
  const form = element(
    'form',
    {},
    element('label', { for: 'key' }, 'API key'),
    input,
    ...(problem === undefined ? [] : [element('p', { class: 'problem', id: 'problem', role: 'alert' }, problem)]),
    element(
      'span',
      { class: 'muted small', id: 'key-hint' },
      'The key stays in this tab and is gone when you close it.',
    ),
    button,
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    answer(input.value.trim())
  })
  return element(
    'section',
    { class: 'sheet narrow' },
    element('h1', { tabindex: '-1' }, 'This record needs a key'),
    element('p', { class: 'muted' }, 'Records are shown to those who have an API key of their workspace.'),
    form,
  )
}
