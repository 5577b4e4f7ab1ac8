// What these pages ask of the portal that drew them.

/** A refusal, in words that a person can go on from. */
export class Refused extends Error {
  /** The status of the answer; 0 where there was none. */
  status;

  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const WORDS = {
  0: 'The portal did not answer. Nothing was sent to the target. Try again.',
  401: 'You are signed out. Sign in again in another tab, then try once more: what you typed stays here.',
  403: 'You may not do this here.',
  404: 'This is not open any more, or is not yours.',
  429: 'That was too much at once. Wait a moment, then try again.',
  503: 'The portal cannot record at the moment, so nothing is sent to the target. Try again in a minute.',
};

/** Posts a JSON body and returns the answer, refused or not read yet. */
export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/problem+json, application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer === null) throw new Refused(0, WORDS[0]);
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** What an answer that is no yes says. The portal's own words come first. */
export async function refusal(answer) {
  const said = await answer.json().then((body) => body?.detail, () => null);
  const words = typeof said === 'string' && said ? said : WORDS[answer.status];
  return new Refused(answer.status, words ?? `The portal answered with status ${answer.status}. Try again.`);
}

/** The lines of an answer as they come, without those that are empty. */
export async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const pieces = (rest + value).split('\n');
      rest = pieces.pop();
      for (const line of pieces) if (line.trim()) yield line;
    }
    if (rest.trim()) yield rest;
  } finally {
    reader.cancel().catch(() => {});
  }
}
