/**
 * One event stream for the whole page. Elements say which topics they want; the hub opens one EventSource for all of
 * them, resumes where it stopped, and stops when the reader says so.
 *
 * Messages (JSON data, each with an id):
 *   event: value    {"id": topic, "value": number|null, "text"?: words in place of the number, "time": ISO 8601,
 *                    "at"?: the time in words, "when"?: the line in place of the age (recorded, no new value since),
 *                    "state"?: good, notice, bad, unknown, off or stale}
 *   event: list     {"id": topic}
 *   event: summary  {"text": string}
 */
const HIDDEN_LIMIT = 120_000; // ms in the background before the stream is given back to the server
const SPEAK_EVERY = 60_000; // ms: promise 8, at most one spoken summary a minute

const subscribers = new Map();
const watchers = new Set();
const heard = new Map();
let source = null;
let cursor = '';
let state = recall() ? 'off' : 'on';
let opening = 0;
let hiding = 0;
let spokeAt = 0;
let speaking = 0;
let speak = null;

function recall() {
  try {
    return sessionStorage.getItem('paused') === 'yes';
  } catch {
    return false;
  }
}

/** Calls `hear(message, kind)` for each message of a topic. Gives a function that ends it. */
export function subscribe(topic, hear) {
  if (!subscribers.has(topic)) subscribers.set(topic, new Set());
  subscribers.get(topic).add(hear);
  reopen();
  return () => {
    subscribers.get(topic)?.delete(hear);
    if (!subscribers.get(topic)?.size) subscribers.delete(topic);
    reopen();
  };
}

/** Calls `see(state)` now and at each change: on, off (paused by the reader), lost. */
export function watch(see) {
  watchers.add(see);
  see(state);
  return () => watchers.delete(see);
}

export function paused() {
  return state === 'off';
}

export function pause(yes) {
  try {
    sessionStorage.setItem('paused', yes ? 'yes' : 'no');
  } catch {
    // A browser that keeps nothing still pauses this page.
  }
  change(yes ? 'off' : 'on');
  if (yes) close();
  else reopen();
}

/** Says where a summary is spoken. Without one, nothing is. */
export function speaker(say) {
  speak = say;
}

function change(to) {
  if (state === to) return;
  state = to;
  for (const see of watchers) see(state);
}

function close() {
  source?.close();
  source = null;
}

// Elements connect one after another while the page is read: one opening serves them all.
function reopen() {
  clearTimeout(opening);
  opening = setTimeout(open, 50);
}

function open() {
  close();
  const stream = document.body.dataset.stream;
  if (!stream || state === 'off' || !subscribers.size || document.hidden) return;
  const url = new URL(stream, location.href);
  for (const topic of subscribers.keys()) url.searchParams.append('topic', topic);
  // A browser sends Last-Event-ID only when it reconnects by itself; after a pause we have to say it.
  if (cursor) url.searchParams.set('last-event-id', cursor);
  source = new EventSource(url);
  source.onopen = () => change('on');
  source.onerror = () => {
    change('lost');
    // A refusal ends the source for good; ask again later, a little apart from the other pages that lost it too.
    if (source?.readyState === EventSource.CLOSED) opening = setTimeout(open, 5000 + Math.random() * 10_000);
  };
  for (const kind of ['value', 'list', 'summary']) source.addEventListener(kind, (event) => receive(kind, event));
}

function receive(kind, event) {
  if (event.lastEventId) cursor = event.lastEventId;
  let message;
  try {
    message = JSON.parse(event.data);
  } catch {
    return;
  }
  if (kind === 'summary') return note('', message.text);
  for (const hear of subscribers.get(message.id) ?? []) hear(message, kind);
}

/** Remembers a change for the next spoken summary: the latest text of each topic. */
export function note(topic, text) {
  if (!speak || !text) return;
  heard.set(topic, text);
  if (speaking) return;
  const wait = Math.max(3000, spokeAt + SPEAK_EVERY - Date.now());
  speaking = setTimeout(() => {
    speaking = 0;
    if (state === 'off') return heard.clear();
    spokeAt = Date.now();
    // What the server wrote says more than single changes; of those, three are as many as one can follow.
    speak(heard.get('') ?? [...heard.values()].slice(-3).join('. '));
    heard.clear();
  }, wait);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(close, HIDDEN_LIMIT);
  else if (!source) reopen();
});
