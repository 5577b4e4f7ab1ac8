// What is wrong with the file, as a list whose buttons lead to the line.

/** Shows the findings; errors come first. Says nothing anew while they stay the same. */
export class Findings {
  #list;
  #text;
  #shown = '';

  constructor(list, text) {
    this.#list = list;
    this.#text = text;
  }

  show(errors, warnings) {
    const shown = JSON.stringify([errors, warnings]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren(
      ...errors.map((finding) => this.#item(finding, 'error')),
      ...warnings.map((finding) => this.#item(finding, 'warning')),
    );
    this.#text.setAttribute('aria-invalid', String(errors.length > 0));
  }

  #item({ line, column, at, why }, kind) {
    const item = document.createElement('li');
    item.dataset.kind = kind;
    if (line) {
      const lead = document.createElement('button');
      lead.type = 'button';
      lead.textContent = `Line ${line}`;
      lead.addEventListener('click', () => goTo(this.#text, line, column));
      item.append(lead, ' ');
    }
    if (at) {
      const member = document.createElement('code');
      member.textContent = at;
      item.append(member, ' ');
    }
    item.append(why);
    return item;
  }
}

/** Puts the caret at a place of the text and the line in sight. Columns count characters, not code units. */
function goTo(text, line, column) {
  const lines = text.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const start = before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
  text.focus();
  text.setSelectionRange(start, before + (lines[line - 1] ?? '').length);
  const height = Number.parseFloat(getComputedStyle(text).lineHeight) || 20;
  text.scrollTop = Math.max(0, (line - 4) * height);
}
