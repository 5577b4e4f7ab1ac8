// Between the form's inputs and the members of a policy. What each input stands for is said in editor.js.

const LIST = '[data-policy-list]';
const ITEM = '[data-policy-item]';
const SWITCH = '[data-policy-switch]';

/** The inputs of a scope that stand in none of its lists. */
function own(scope, selector) {
  const list = scope.matches(LIST) ? null : scope.closest(LIST);
  return [...scope.querySelectorAll(selector)].filter((found) => nearest(found, scope) === list);
}

/** The list that an element stands in, or the one around the scope. */
function nearest(element, scope) {
  const list = element.parentElement.closest(LIST);
  return list && scope.contains(list) ? list : scope.closest(LIST);
}

const inputs = (scope) => own(scope, 'input[name], select[name], textarea[name]')
  .filter((input) => !input.matches('[data-policy-toml]'));
const items = (list) => [...list.querySelectorAll(ITEM)].filter((item) => item.parentElement.closest(LIST) === list);

const isList = (input) => input.type === 'checkbox' ? input.hasAttribute('value') : input.matches('textarea[data-policy-lines]');

/** The object that holds a path's last name, made where it is not there. */
function holder(target, path) {
  const names = path.split('.');
  const last = names.pop();
  let inner = target;
  for (const name of names) {
    if (typeof inner[name] !== 'object' || inner[name] === null) inner[name] = {};
    inner = inner[name];
  }
  return [inner, last];
}

function at(source, path) {
  return path.split('.').reduce((inner, name) => inner?.[name], source);
}

/** Writes what the inputs say over the members; those that have no input stay as they are. */
export function read(scope, members) {
  const lists = new Set();
  for (const input of inputs(scope)) {
    const [inner, name] = holder(members, input.name);
    if (isList(input) && !lists.has(input.name)) {
      lists.add(input.name);
      inner[name] = [];
    }
    if (isList(input) && input.type === 'checkbox') {
      if (input.checked) inner[name].push(input.value);
    } else if (isList(input)) {
      inner[name] = input.value.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    } else if (input.type === 'checkbox') {
      inner[name] = input.checked;
    } else if (input.type === 'number') {
      inner[name] = input.value === '' ? null : Number(input.value);
    } else {
      inner[name] = input.value === '' ? null : input.value;
    }
  }
  for (const list of own(scope, LIST)) {
    const [inner, name] = holder(members, list.dataset.policyList);
    inner[name] = items(list).map((item) => read(item, {}));
  }
  for (const box of own(scope, SWITCH)) {
    const [inner, name] = holder(members, box.dataset.policySwitch);
    if (!box.checked) inner[name] = null;
  }
  return members;
}

/** Shows the members in the inputs. */
export function fill(scope, members) {
  for (const box of own(scope, SWITCH)) {
    box.checked = at(members, box.dataset.policySwitch) != null;
  }
  switches(scope);
  for (const input of inputs(scope)) {
    const value = at(members, input.name);
    if (input.type === 'checkbox') {
      input.checked = isList(input) ? (value ?? []).includes(input.value) : value === true;
    } else {
      const text = isList(input) ? (value ?? []).join('\n') : String(value ?? '');
      // Who types there keeps the caret.
      if (input.value !== text) input.value = text;
    }
  }
  for (const list of own(scope, LIST)) {
    const wanted = at(members, list.dataset.policyList) ?? [];
    while (items(list).length > wanted.length) items(list).at(-1).remove();
    while (items(list).length < wanted.length) add(list);
    items(list).forEach((item, number) => fill(item, wanted[number]));
  }
}

/** What a member's path stands for in the form: an input, a list, an item of one or a switch; null where there is none. */
export function locate(scope, path) {
  for (const list of own(scope, LIST)) {
    const name = list.dataset.policyList;
    if (path === name) return list;
    const [, number, rest] = path.startsWith(`${name}[`) ? /^\[(\d+)\]\.?(.*)$/.exec(path.slice(name.length)) ?? [] : [];
    if (number === undefined) continue;
    const item = items(list)[Number(number)];
    return (item && rest ? locate(item, rest) : null) ?? item ?? list;
  }
  // A text of a list of texts stands in the list's one input.
  const stands = (name) => path === name || path.startsWith(`${name}[`);
  return inputs(scope).find((input) => stands(input.name))
    ?? own(scope, SWITCH).find((box) => box.dataset.policySwitch === path)
    ?? null;
}

/** Parts that are switched off take no input. */
export function switches(scope) {
  for (const box of scope.querySelectorAll(SWITCH)) {
    const part = box.dataset.policySwitch;
    for (const fields of scope.querySelectorAll(`[data-policy-part="${part}"]`)) fields.disabled = !box.checked;
  }
}

/** One more item at the end of a list, out of its template. */
export function add(list) {
  const template = [...list.querySelectorAll('template')].find((found) => found.parentElement.closest(LIST) === list);
  const item = template.content.cloneNode(true).querySelector(ITEM);
  template.before(item);
  switches(item);
  return item;
}
