// What is wrong, beside the fields of the form that it is about. The whole list stands beside the file.

import { locate } from './form.js';

/** Puts each finding that names a member beside the member's field. */
export class Beside {
  #fields;
  #notes = [];
  #marked = new Set();
  #known = new Set();

  constructor(fields) {
    this.#fields = fields;
  }

  /** The form has to show the policy already: what it has no field for yet, nothing can stand beside. */
  show(errors, warnings) {
    for (const note of this.#notes) note.remove();
    for (const field of this.#marked) for (const name of ['aria-describedby', 'aria-invalid']) field.removeAttribute(name);
    this.#notes = [];
    this.#marked.clear();
    for (const finding of errors) this.#place(finding, 'error');
    for (const finding of warnings) this.#place(finding, 'warning');
    this.#known = new Set([...errors, ...warnings].map(({ at }) => at));
  }

  #place({ at, why }, kind) {
    const field = at ? locate(this.#fields, at) : null;
    if (!field) return;
    const note = document.createElement('p');
    note.className = 'policy-beside';
    note.id = `policy-beside-${this.#notes.length}`;
    note.dataset.kind = kind;
    note.textContent = `${field.name === at.split('.').at(-1) || field.name === at ? 'It' : at} ${why}`;
    this.#notes.push(note);
    around(field).after(note);
    // What is new is not hidden in a part that is folded; whoever folds it again is left alone.
    if (!this.#known.has(at)) field.closest('details')?.setAttribute('open', '');
    if (!field.matches('input, select, textarea')) return;
    this.#marked.add(field);
    field.setAttribute('aria-describedby', [field.getAttribute('aria-describedby'), note.id].filter(Boolean).join(' '));
    if (kind === 'error') field.setAttribute('aria-invalid', 'true');
  }
}

/** The label stands around its input; of days that are chosen one by one, the row of them. */
function around(field) {
  const label = field.closest('label') ?? field;
  return field.matches('[type="checkbox"][value]') ? label.parentElement : label;
}
