// The policy editor: a form and a file that say the same policy. Whoever types in one sees the other
// change, and what is wrong by line. Without this script the file alone is there, and is posted.
//
// The page loads this module and nothing else: `<script type="module" src="…/editor.js">`, with form.js,
// findings.js, beside.js, policy_editor.js and policy_editor_bg.wasm beside it. Its Content-Security-Policy needs
// `script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'`, and no more. The markup it expects:
//
//   <form method="post" data-policy-form data-policy-old="…">
//       The version in force as JSON, or no attribute; the changes are told against it.
//     <fieldset data-policy-fields hidden>          shown once the script runs
//       <label>… <input name="name"></label>
//       An input is named after its member, as a path: `description`, `duration.max_s`,
//       `conditions.ticket`. What it holds follows from its kind:
//         <input>, <select>, <textarea>                 a text; empty for none
//         <input type="number">                         a number; empty for none
//         <input type="checkbox">                       yes or no
//         <input type="checkbox" name="days" value="mon">   one of a list of texts
//         <textarea data-policy-lines>                  a list of texts, one a line
//       <input type="checkbox" data-policy-switch="emergency">      (it has no name)
//       <fieldset data-policy-part="emergency">…</fieldset>
//         A table that can be left out, off while the box is not checked: `emergency`, `drill`,
//         `duration.extend`.
//       <div data-policy-list="approval.stages">
//         A list of tables: `approval.stages`, `conditions.windows`, and `ladder` in a stage. Items stand
//         in front of the template; the server need render none.
//         <template>
//           <fieldset data-policy-item tabindex="-1">
//             <input type="number" name="n">             named within the item
//             <div data-policy-list="ladder">…</div>     a list in an item
//             <button type="button" data-policy-remove>Remove</button>
//           </fieldset>
//         </template>
//         <button type="button" data-policy-add>Add a stage</button>
//       </div>
//     </fieldset>
//     <textarea name="toml" data-policy-toml spellcheck="false">…</textarea>
//   </form>
//   <datalist data-policy-zones><option value="Europe/Berlin" data-rule="CET-1CEST,M3.5.0,M10.5.0/3">…</datalist>
//   <div data-policy-found hidden>                     shown once the script runs
//     <p data-policy-state role="status"></p>          "Nothing is wrong.", or how much is
//     <ol data-policy-findings></ol>                   what is wrong; each <li data-kind="error|warning">
//   </div>
//       What names a member stands beside its field of the form too: <p class="policy-beside" data-kind="…">.
//   <ul data-policy-changes></ul>                      optional; each <li data-looser="true|false|null">
//   <ul data-policy-sentences></ul>                    optional: the policy in sentences
//
// Every part but the form and the file may be missing. Comments of one's own last as long as the form is
// not used: it writes the file anew.

import init, { check, diff, to_toml } from './policy_editor.js';
import { Beside } from './beside.js';
import { Findings } from './findings.js';
import { add, fill, read, switches } from './form.js';

/** Milliseconds without a key before the file is read again. */
const PAUSE = 200;

const find = (name) => document.querySelector(`[data-policy-${name}]`);

class Editor {
  #form = find('form');
  #fields = find('fields');
  #text = find('toml');
  #findings = new Findings(find('findings') ?? document.createElement('ol'), this.#text);
  #beside = this.#fields && new Beside(this.#fields);
  #zones = Object.fromEntries([...(find('zones')?.options ?? [])].map((zone) => [zone.value, zone.dataset.rule]));
  #policy = {};
  #timer = 0;
  /** What was changed and not read yet: 'file', 'form' or null. */
  #changed = null;

  start() {
    this.#text.addEventListener('input', () => this.#later('file'));
    this.#fields?.addEventListener('input', () => this.#later('form'));
    this.#fields?.addEventListener('click', (event) => this.#clicked(event.target));
    // Whoever goes from one to the other within the pause loses nothing.
    this.#text.addEventListener('focus', () => this.#now());
    this.#fields?.addEventListener('focusin', () => this.#now());
    // What was typed last goes along, however soon it is posted.
    this.#form.addEventListener('submit', () => this.#now());
    for (const part of [this.#fields, find('found')]) part?.removeAttribute('hidden');
    this.#typed();
  }

  #later(side) {
    clearTimeout(this.#timer);
    this.#changed = side;
    this.#timer = setTimeout(() => this.#now(), PAUSE);
  }

  #now() {
    clearTimeout(this.#timer);
    const side = this.#changed;
    this.#changed = null;
    if (side === 'file') this.#typed();
    if (side === 'form') this.#filled();
  }

  /** The file was changed: the form follows, as long as the file can be read. */
  #typed() {
    const { policy, errors, warnings } = this.#look();
    if (!this.#fields) return;
    this.#fields.disabled = policy === null;
    if (policy) {
      fill(this.#fields, policy);
      switches(this.#fields);
    }
    this.#beside.show(errors, warnings);
  }

  /** The form was changed: the file follows, right or wrong. */
  #filled() {
    const policy = read(this.#fields, structuredClone(this.#policy));
    this.#forgetRule(policy.conditions ?? {});
    this.#text.value = to_toml(JSON.stringify(policy));
    const { errors, warnings } = this.#look();
    this.#beside.show(errors, warnings);
  }

  /** The rule of a zone that the portal knows is left to the portal. */
  #forgetRule(conditions) {
    const before = this.#policy.conditions ?? {};
    const kept = this.#fields.querySelector('[name="conditions.zone_rule"]');
    const known = conditions.zone_rule === this.#zones[conditions.zone];
    if (!kept && (known || conditions.zone !== before.zone)) conditions.zone_rule = null;
  }

  #clicked(target) {
    const button = target.closest('[data-policy-add], [data-policy-remove]');
    if (button?.matches('[data-policy-add]')) {
      const item = add(button.closest('[data-policy-list]'));
      item.querySelector('input, select, textarea')?.focus();
    } else if (button) {
      const list = button.closest('[data-policy-list]');
      button.closest('[data-policy-item]').remove();
      list.querySelector(':scope > [data-policy-add]')?.focus();
    } else if (!target.matches('[data-policy-switch]')) {
      return;
    }
    switches(this.#fields);
    this.#later('form');
    this.#now();
  }

  /** Tells what the file says, and returns what there is in it: the policy where it can be read, what is wrong. */
  #look() {
    const { errors, warnings, policy, sentences } = JSON.parse(check(this.#text.value, JSON.stringify(this.#zones)));
    this.#findings.show(errors, warnings);
    const state = errors.length === 0 ? 'Nothing is wrong.' : `${errors.length} wrong.`;
    const shown = find('state');
    if (shown && shown.textContent !== state) shown.textContent = state;
    if (policy) {
      this.#policy = policy;
      list(find('sentences'), sentences.map((words) => ({ words })));
      const old = this.#form.dataset.policyOld ?? 'null';
      list(find('changes'), JSON.parse(diff(old, JSON.stringify(policy))));
    }
    return { policy, errors, warnings };
  }
}

function list(parent, lines) {
  parent?.replaceChildren(...lines.map(({ words, looser }) => {
    const item = document.createElement('li');
    if (looser !== undefined) item.dataset.looser = String(looser);
    item.textContent = words;
    return item;
  }));
}

await init();
if (find('form') && find('toml')) new Editor().start();
