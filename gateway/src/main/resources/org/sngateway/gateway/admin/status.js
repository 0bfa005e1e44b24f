// SPDX-License-Identifier: Apache-2.0
// The status page. It reads /api every two seconds while it is visible. Client ids, topics and reasons are chosen by strangers: text only
// ever becomes a text node, and the server's Content-Security-Policy allows nothing else.

const POLL_MILLIS = 2000;
const HISTORY_MILLIS = 10000;
const PATIENCE_MILLIS = 8000;
const ROW_PIXELS = 38; // --row
const MARGIN_ROWS = 40;
const TOKEN_KEY = 'sn-gateway-token';

const $ = id => document.getElementById(id);

/** An element with attributes, and children that are elements or text. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children.filter(child => child !== null && child !== undefined).map(child => (child instanceof Node ? child : String(child))));
  return made;
}

function svg(tag, attributes = {}) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}

// ---- numbers for people

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

const number = value => (Math.abs(value) < 100 && value % 1 !== 0 ? tenths : whole).format(value);

function octets(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${number(unit === 0 ? value : Math.round(value * 10) / 10)} ${units[unit]}`;
}

function time(seconds) {
  if (seconds < 1) return '< 1 s';
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

const ago = seconds => (seconds < 1 ? 'now' : `${time(seconds)} ago`);
const plural = (count, one, many = `${one}s`) => `${whole.format(count)} ${count === 1 ? one : many}`;

const STATES = [
  ['active', 'good'], ['asleep', 'calm'], ['awake', 'calm'], ['connecting', 'warn'], ['disconnected', ''], ['lost', 'bad'],
];
const tone = state => (STATES.find(([name]) => name === state) || ['', ''])[1];
const pill = state => el('span', { class: `pill ${tone(state)}` }, state);

// ---- asking the gateway

let answeredAt = performance.now();

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MILLIS);
  options.signal?.addEventListener('abort', () => patience.abort());
  try {
    const response = await fetch(path, { cache: 'no-store', credentials: 'omit', ...options, signal: patience.signal });
    const body = await response.text();
    if (response.status !== 503 || body.startsWith('{')) {
      answered();
    }
    if (!response.ok) {
      let why = body.trim();
      try {
        why = JSON.parse(body).error || why;
      } catch { /* a line of text */ }
      throw new Refusal(response.status, why || `the gateway answers ${response.status}`);
    }
    return JSON.parse(body);
  } finally {
    clearTimeout(timer);
  }
}

function answered() {
  answeredAt = performance.now();
  $('lost').hidden = true;
  document.body.classList.remove('stale');
}

function unanswered() {
  const seconds = (performance.now() - answeredAt) / 1000;
  $('lost').textContent = `The gateway has not answered for ${time(seconds)}. What is shown is old.`;
  $('lost').hidden = false;
  document.body.classList.add('stale');
  setPill($('state'), 'no answer', 'bad');
}

function setPill(pillElement, text, kind) {
  pillElement.textContent = text;
  pillElement.className = `pill ${kind}`;
}

// ---- overview

let before = null;

function showStatus(status) {
  const at = performance.now();
  const problems = [...status.liveness.problems, ...status.readiness.problems];
  const [word, kind] = !status.liveness.live ? ['stuck', 'bad'] : !status.readiness.ready ? ['not ready', 'warn'] : ['ready', 'good'];
  setPill($('state'), word, kind);
  $('about').textContent = `version ${status.version}, up for ${time(status.uptimeSeconds)}`;
  $('problems').hidden = problems.length === 0;
  $('problems').replaceChildren(...problems.map(problem => el('li', { class: kind === 'bad' ? 'bad' : 'warn' },
    el('b', {}, `${problem.kind} ${problem.name}`), `: ${problem.reason}`,
    problem.sinceSeconds === null ? '' : `, for ${time(problem.sinceSeconds)}`)));

  const by = status.sessions;
  const total = STATES.reduce((sum, [name]) => sum + by[name], 0);
  $('connected').textContent = whole.format(by.active + by.asleep + by.awake);
  $('sessions-note').textContent = total === 0 ? 'no sessions'
    : `${plural(total, 'session')}: ` + STATES.filter(([name]) => by[name] > 0).map(([name]) => `${whole.format(by[name])} ${name}`).join(', ');
  $('share').replaceChildren(...STATES.filter(([name]) => by[name] > 0).map(([name]) => {
    const part = el('i', { class: name });
    part.style.flexGrow = by[name];
    return part;
  }));

  const now = status.totals;
  if (before && at > before.at && now.messagesIn >= before.totals.messagesIn) {
    const rate = name => (now[name] - before.totals[name]) * 1000 / (at - before.at);
    $('rate-in').textContent = number(Math.round(rate('messagesIn') * 10) / 10);
    $('rate-out').textContent = number(Math.round(rate('messagesOut') * 10) / 10);
    $('note-in').textContent = `${number(Math.round(rate('publishesUp') * 10) / 10)} publishes/s to the broker`;
    $('note-out').textContent = `${number(Math.round(rate('publishesDown') * 10) / 10)} publishes/s from the broker`;
  }
  before = { at, totals: now };
  $('waiting').textContent = whole.format(status.buffers.messages);
  $('note-waiting').textContent = `${octets(status.buffers.octets)}, ${plural(now.devicesLost, 'device')} lost since the start`;
  fill($('listeners'), status.listeners.map(one => el('tr', {},
    el('td', { class: 'mono' }, one.address),
    el('td', { class: 'number' }, whole.format(one.framesIn), el('span', { class: 'note' }, octets(one.octetsIn))),
    el('td', { class: 'number' }, whole.format(one.framesOut), el('span', { class: 'note' }, octets(one.octetsOut))),
    el('td', { class: 'number' }, whole.format(one.kernelDrops + one.sendFailures)))), 'No listeners.');
}

function fill(table, rows, none) {
  const columns = table.tHead.rows[0].cells.length;
  table.tBodies[0].replaceChildren(...(rows.length > 0 ? rows : [el('tr', {}, el('td', { class: 'empty', colspan: columns }, none))]));
}

function showConnections({ connections, publishes, deviceConnections }) {
  const kinds = { connected: 'good', connecting: 'warn', disconnected: 'bad' };
  const rows = connections.map(one => {
    const load = publishes.find(other => other.name === one.name);
    return el('tr', {},
      el('td', { class: 'mono' }, one.name),
      el('td', {}, el('span', { class: `pill ${kinds[one.state] || ''}` }, one.state),
        one.state !== 'connected' && one.reason ? el('span', { class: 'note' }, one.reason) : null),
      el('td', {}, one.sinceSeconds === null ? '' : time(one.sinceSeconds),
        one.disconnects > 0 ? el('span', { class: 'note' }, `lost ${plural(one.disconnects, 'time')}`) : null),
      el('td', { class: 'number' }, load ? whole.format(load.inFlight) : ''),
      el('td', { class: 'number' }, load ? whole.format(load.queued) : ''));
  });
  if (deviceConnections > 0) {
    rows.push(el('tr', {}, el('td', { colspan: 5 }, `${plural(deviceConnections, 'connection')} of devices of their own`)));
  }
  fill($('connections'), rows, 'No connection of the gateway itself.');
}

function showStore({ store }) {
  if (store === null) {
    $('store').textContent = 'none';
    $('note-store').textContent = 'nothing survives a restart here';
    return;
  }
  $('store').textContent = store.state;
  $('store').className = `figure ${store.state === 'ok' ? '' : 'bad-text'}`;
  $('note-store').textContent = store.state === 'ok'
    ? `${plural(store.journalMessages, 'message')} for the broker, ${whole.format(store.waitingMessages)} for devices, ${octets(store.fileOctets)}`
    : store.reason;
}

// ---- charts

const CHARTS = [
  ['Messages a second', ['messagesIn', 'from devices'], ['messagesOut', 'to devices']],
  ['Publishes a second', ['publishesUp', 'to the broker'], ['publishesDown', 'from the broker']],
  ['Devices', ['connected', 'connected'], ['asleep', 'of these asleep']],
  ['Messages that wait', ['queuedMessages', 'for devices'], ['journalMessages', 'in the journal']],
  ['Trouble a second', ['refused', 'refused or malformed'], ['retransmissions', 'sent again']],
];
const SPANS = [300, 600, 900, 1800, 3600];

class Chart {
  constructor([title, ...lines]) {
    this.title = title;
    this.lines = lines;
    this.keys = lines.map(([, label], i) => {
      const value = el('b', {}, '–');
      return { value, element: el('span', { class: `key ${['first', 'second'][i]}` }, el('i'), `${label} `, value) };
    });
    this.area = svg('path', { class: 'area' });
    this.paths = lines.map((line, i) => svg('path', { class: ['first', 'second'][i] }));
    this.cursor = svg('line', { class: 'at', y1: 0, y2: 100, visibility: 'hidden' });
    const drawing = svg('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    drawing.append(svg('line', { x1: 0, x2: 1000, y1: 100, y2: 100 }), svg('line', { x1: 0, x2: 1000, y1: 0, y2: 0 }),
      this.area, ...this.paths, this.cursor);
    this.max = el('span', { class: 'max' });
    this.plot = el('div', { class: 'plot', tabindex: 0, role: 'img' }, this.max);
    this.plot.prepend(drawing);
    this.from = el('span');
    this.when = el('span', {}, 'now');
    this.element = el('figure', { class: 'chart' },
      el('figcaption', {}, el('b', {}, title), ...this.keys.map(key => key.element)), this.plot,
      el('div', { class: 'axis' }, this.from, this.when));
    this.at = null;
    this.plot.addEventListener('pointermove', event => this.point(event));
    this.plot.addEventListener('pointerdown', event => this.point(event));
    this.plot.addEventListener('pointerleave', () => this.show(null));
    this.plot.addEventListener('blur', () => this.show(null));
    this.plot.addEventListener('keydown', event => this.move(event));
  }

  draw(history) {
    this.ages = history.secondsAgo;
    this.values = this.lines.map(([name]) => history.series[name]);
    const oldest = this.ages.length > 0 ? this.ages[0] : 0;
    this.span = SPANS.find(span => oldest <= span) || 3600;
    const highest = nice(1.05 * Math.max(0, ...this.values.flat()));
    const x = age => 1000 * (1 - Math.min(age, this.span) / this.span);
    const y = value => 100 - 100 * value / highest;
    this.x = x;
    this.values.forEach((values, i) => {
      this.paths[i].setAttribute('d', values.map((value, j) => `${j ? 'L' : 'M'}${x(this.ages[j]).toFixed(1)} ${y(value).toFixed(2)}`).join(''));
    });
    const line = this.paths[0].getAttribute('d');
    this.area.setAttribute('d', line && `${line}L${x(this.ages[this.ages.length - 1])} 100L${x(this.ages[0])} 100Z`);
    this.max.textContent = number(highest);
    this.from.textContent = `${time(this.span)} ago`;
    this.show(this.at);
  }

  point(event) {
    if (!this.ages?.length) return;
    const box = this.plot.getBoundingClientRect();
    const age = this.span * (1 - (event.clientX - box.left) / box.width);
    let nearest = 0;
    this.ages.forEach((one, i) => {
      if (Math.abs(one - age) < Math.abs(this.ages[nearest] - age)) nearest = i;
    });
    this.show(nearest);
  }

  move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this.ages?.length) return;
    event.preventDefault();
    const last = this.ages.length - 1;
    this.show(Math.max(0, Math.min(last, (this.at ?? last + 1) + step)));
  }

  /** The values of one sample; those of the last one for null. */
  show(at) {
    if (!this.ages?.length) return;
    this.at = at === null || at >= this.ages.length ? null : at;
    const shown = this.at ?? this.ages.length - 1;
    this.keys.forEach((key, i) => { key.value.textContent = number(Math.round(this.values[i][shown] * 10) / 10); });
    const x = this.x(this.ages[shown]);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    this.cursor.setAttribute('visibility', this.at === null ? 'hidden' : 'visible');
    const when = this.at === null ? 'now' : ago(this.ages[shown]);
    this.when.textContent = when;
    this.plot.setAttribute('aria-label', `${this.title}, ${when}: `
      + this.lines.map(([, label], i) => `${label} ${this.keys[i].value.textContent}`).join(', '));
  }
}

/** The next higher round number. */
function nice(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 8, 10].find(step => step * power >= value) * power;
}

const charts = CHARTS.map(chart => new Chart(chart));
$('charts').append(...charts.map(chart => chart.element));

// ---- the list of devices

const COLUMNS = [
  ['clientId', 'Client id', one => el('a', { class: 'mono', href: link(one.clientId) }, one.clientId)],
  ['state', 'State', one => pill(one.state)],
  ['address', 'Address', one => one.address ?? ''],
  ['lastHeard', 'Silent for', one => time(one.lastHeardSecondsAgo)],
  ['deadline', 'Lost in', one => (one.deadlineInSeconds === null ? '' : time(one.deadlineInSeconds))],
  ['topics', 'Topic ids', one => whole.format(one.topicIds), 'number'],
  ['subscriptions', 'Subscr.', one => whole.format(one.subscriptions), 'number'],
  ['queued', 'Waiting', one => whole.format(one.queuedMessages), 'number'],
  ['octets', 'On air', one => octets(one.octetsIn + one.octetsOut), 'number'],
];

const list = { search: '', state: '', sort: 'clientId', order: 'asc', matched: 0, offset: 0, rows: [], asking: null };

function link(clientId) {
  try {
    return `#/device/${encodeURIComponent(clientId)}`;
  } catch {
    return '#/'; // half a character
  }
}

function buildTable() {
  $('table').tHead.rows[0].replaceChildren(...COLUMNS.map(([name, label, , kind]) => {
    const button = el('button', { type: 'button' }, label);
    button.addEventListener('click', () => {
      list.order = list.sort === name && list.order === 'asc' ? 'desc' : 'asc';
      list.sort = name;
      refreshList(true);
    });
    return el('th', { scope: 'col', class: `c-${name} ${kind || ''}`, 'data-sort': name }, button);
  }));
  $('states').replaceChildren(...[['', ''], ...STATES].map(([name]) => {
    const count = el('b', {}, '');
    const button = el('button', { type: 'button', 'data-state': name, 'aria-pressed': name === '' }, `${name || 'all'} `, count);
    button.addEventListener('click', () => {
      list.state = name;
      refreshList(true);
    });
    return button;
  }));
}

function visible() {
  const top = Math.max(0, Math.floor($('window').scrollTop / ROW_PIXELS));
  return { top, count: Math.ceil($('window').clientHeight / ROW_PIXELS) + 1 };
}

/** Asks for the rows around what is visible. A newer question takes the place of an older one. */
async function refreshList(isNew = false) {
  if (isNew) {
    $('window').scrollTop = 0;
    list.asking?.abort();
    list.asking = null;
    markSort();
  }
  if (list.asking) {
    list.askAgain = true;
    return;
  }
  const asking = new AbortController();
  list.asking = asking;
  list.askAgain = false;
  const { top, count } = visible();
  const query = new URLSearchParams({
    search: list.search, state: list.state, sort: list.sort, order: list.order,
    offset: Math.max(0, top - MARGIN_ROWS), limit: Math.min(500, count + 2 * MARGIN_ROWS),
  });
  try {
    const answer = await ask(`/api/sessions?${query}`, { signal: asking.signal });
    if (list.asking !== asking) return;
    Object.assign(list, { matched: answer.matched, offset: answer.offset, rows: answer.sessions });
    showCounts(answer);
    drawRows();
  } catch (failure) {
    if (list.asking !== asking) return;
    if (failure instanceof Refusal) {
      $('matched').textContent = failure.message;
    } else {
      throw failure;
    }
  } finally {
    if (list.asking === asking) {
      list.asking = null;
      if (list.askAgain) refreshList().catch(unanswered);
    }
  }
}

function markSort() {
  for (const head of $('table').tHead.rows[0].cells) {
    const sorts = head.dataset.sort === list.sort;
    if (sorts) {
      head.setAttribute('aria-sort', list.order === 'asc' ? 'ascending' : 'descending');
    } else {
      head.removeAttribute('aria-sort');
    }
  }
  for (const button of $('states').children) {
    button.setAttribute('aria-pressed', String(button.dataset.state === list.state));
  }
}

function showCounts({ total, matched, states }) {
  for (const button of $('states').children) {
    const name = button.dataset.state;
    const count = name === '' ? total : states[name];
    button.lastChild.textContent = whole.format(count);
    button.hidden = count === 0 && name !== '' && name !== list.state;
  }
  const text = list.search || list.state ? `${plural(matched, 'device')} of ${whole.format(total)}` : plural(total, 'device');
  if ($('matched').textContent !== text) {
    $('matched').textContent = text;
  }
  $('none').hidden = matched > 0;
  $('table').setAttribute('aria-rowcount', matched + 1);
}

/** The rows that are visible and a few around them; the others are empty space. */
function drawRows() {
  const { top, count } = visible();
  const first = Math.max(0, Math.min(top - 10, list.matched - 1));
  const end = Math.min(list.matched, top + count + 10);
  const focused = document.activeElement?.closest?.('tr[data-id]')?.dataset.id;
  const rows = [];
  for (let i = first; i < end; i++) {
    rows.push(row(i, list.rows[i - list.offset]));
  }
  $('table').tBodies[0].replaceChildren(space(first), ...rows, space(list.matched - end));
  if (focused !== undefined) {
    rows.find(one => one.dataset.id === focused)?.querySelector('a')?.focus({ preventScroll: true });
  }
}

function space(rows) {
  const cell = el('td');
  cell.style.height = `${Math.max(0, rows) * ROW_PIXELS}px`;
  return el('tr', { class: 'space', 'aria-hidden': 'true' }, cell);
}

function row(index, session) {
  if (!session) {
    return el('tr', { 'aria-rowindex': index + 2 }, el('td', { class: 'note' }, '…'));
  }
  return el('tr', { 'aria-rowindex': index + 2, 'data-id': session.clientId },
    ...COLUMNS.map(([name, , show, kind]) => {
      const soon = name === 'deadline' && session.deadlineInSeconds !== null && session.deadlineInSeconds < 10;
      return el('td', { class: `c-${name} ${kind || ''} ${soon ? 'c-soon' : ''}` }, show(session));
    }));
}

$('window').addEventListener('scroll', () => {
  drawRows();
  const { top, count } = visible();
  const missing = top < list.offset || Math.min(list.matched, top + count) > list.offset + list.rows.length;
  if (missing) {
    refreshList().catch(unanswered);
  }
}, { passive: true });
$('table').addEventListener('click', event => {
  const id = event.target.closest('tr[data-id]')?.dataset.id;
  if (id !== undefined && !event.target.closest('a') && !String(getSelection())) {
    location.hash = link(id);
  }
});
let typing = 0;
$('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    list.search = $('search').value;
    refreshList(true).catch(unanswered);
  }, 80);
});

// ---- one device

let device = null; // its client id

function route() {
  const match = /^#\/device\/(.+)$/.exec(location.hash);
  let id = null;
  try {
    id = match ? decodeURIComponent(match[1]) : null;
  } catch { /* not an address of this page */ }
  const was = device;
  device = id;
  $('device').hidden = id === null;
  $('overview').hidden = id !== null;
  document.title = id === null ? 'sn-gateway' : `${id} – sn-gateway`;
  if (id !== null) {
    $('device-id').textContent = id;
    setPill($('device-state'), '…', '');
    $('gone').hidden = true;
    $('facts').replaceChildren();
    for (const table of ['subs', 'ids', 'flight', 'queue', 'frames']) {
      $(table).tBodies[0].replaceChildren();
    }
    scrollTo(0, 0);
    $('device-id').focus();
  } else if (was !== null) {
    drawRows();
    [...document.querySelectorAll('tr[data-id]')].find(one => one.dataset.id === was)?.querySelector('a').focus({ preventScroll: true });
  }
  poll();
}

async function refreshDevice() {
  const id = device;
  if (id === '.' || id === '..') {
    gone('A browser cannot ask for a path that ends with this client id; curl --path-as-is can.');
    return;
  }
  const path = `/api/sessions/${encodeURIComponent(id)}`;
  try {
    const session = await ask(path);
    if (device !== id) return;
    showDevice(session);
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    if (device === id) gone(failure.status === 404 ? 'There is no session with this client id now.' : failure.message);
  }
  await refreshFrames(id, path);
}

function gone(why) {
  $('gone').textContent = why;
  $('gone').hidden = false;
  setPill($('device-state'), 'no session', '');
  $('disconnect').disabled = true;
  $('clear').disabled = true;
}

function showDevice(one) {
  $('gone').hidden = true;
  setPill($('device-state'), one.state, tone(one.state));
  $('disconnect').disabled = ['disconnected', 'lost'].includes(one.state);
  $('clear').disabled = one.queuedMessages === 0;
  const facts = [
    ['Address', one.address ?? 'not known'],
    ['Last heard', ago(one.lastHeardSecondsAgo)],
    ['Counts as lost in', one.deadlineInSeconds === null ? '–' : time(one.deadlineInSeconds)],
    ['Keep-alive', one.keepAliveSeconds === 0 ? 'none' : time(one.keepAliveSeconds)],
    ['Sleeps for', one.sleepSeconds === 0 ? '–' : time(one.sleepSeconds)],
    ['Session', one.kept ? 'kept' : 'clean'],
    ['Will', one.willTopic ?? 'none'],
    ['Identity', one.identity ?? 'not proved'],
    ['Received', `${plural(one.framesIn, 'message')}, ${octets(one.octetsIn)}`],
    ['Sent', `${plural(one.framesOut, 'message')}, ${octets(one.octetsOut)}`],
    ['Waiting', `${plural(one.queuedMessages, 'message')}, ${octets(one.queuedOctets)}`],
  ];
  $('facts').replaceChildren(...facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
  fill($('subs'), one.subscriptionList.map(sub => el('tr', {}, el('td', { class: 'mono' }, sub.filter),
    el('td', { class: 'number' }, sub.requestedQos), el('td', { class: 'number' }, sub.grantedQos ?? 'asked'))), 'None.');
  more($('subs'), one.subscriptions - one.subscriptionList.length);
  fill($('ids'), one.topicIdList.map(id => el('tr', {}, el('td', { class: 'number' }, id.id), el('td', { class: 'mono' }, id.name),
    el('td', {}, id.known ? 'yes' : 'registered before use'))), 'None.');
  more($('ids'), one.topicIds - one.topicIdList.length);
  const flight = one.publishesUnderWay.map(up => el('tr', {}, el('td', {}, 'to the broker'), el('td', {}, `PUBLISH QoS ${up.qos}`),
    el('td', { class: 'number' }, up.msgId), el('td'), el('td')));
  if (one.awaited) {
    flight.push(el('tr', {}, el('td', {}, 'to the device'), el('td', {}, one.awaited.type), el('td', { class: 'number' }, one.awaited.msgId),
      el('td', { class: 'mono' }, one.awaited.topic),
      el('td', {}, `in ${time(one.awaited.dueInSeconds)}`, one.awaited.repetitions ? `, repeated ${plural(one.awaited.repetitions, 'time')}` : '')));
  }
  fill($('flight'), flight, 'Nothing.');
  fill($('queue'), one.queue.map(item => el('tr', {}, el('td', { class: 'mono' }, item.topic, item.retained ? ' (retained)' : ''),
    el('td', { class: 'number' }, item.qos), el('td', { class: 'number' }, whole.format(item.octets)),
    el('td', {}, time(item.ageSeconds)))), 'Nothing.');
  more($('queue'), one.queuedMessages - one.queue.length);
}

function more(table, count) {
  if (count > 0) {
    table.tBodies[0].append(el('tr', {}, el('td', { class: 'empty', colspan: table.tHead.rows[0].cells.length }, `and ${whole.format(count)} more`)));
  }
}

async function refreshFrames(id, path) {
  try {
    const { frames } = await ask(`${path}/frames`);
    if (device !== id) return;
    $('frames-panel').hidden = false;
    const rows = [...frames].reverse().map(frame => el('tr', { class: frame.malformed ? 'bad-text' : null },
      el('td', { class: 'mono' }, frame.time.slice(11, 23)), el('td', {}, frame.direction === 'in' ? 'from it' : 'to it'),
      el('td', { class: 'mono' }, frame.message), el('td', { class: 'number' }, whole.format(frame.octets))));
    fill($('frames'), rows, 'None lately.');
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    $('frames-panel').hidden = true;
  }
}

// ---- actions

let asked = null;

function confirmAction(title, text, verb, path, done) {
  asked = { path, done };
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-ok').textContent = verb;
  $('ask-error').textContent = '';
  const known = sessionStorage.getItem(TOKEN_KEY) !== null;
  $('ask-token').value = '';
  $('ask-token-label').hidden = known;
  $('ask').showModal();
  (known ? $('ask-ok') : $('ask-token')).focus();
}

$('ask-cancel').addEventListener('click', () => $('ask').close());
$('ask').addEventListener('close', () => {
  $('ask-token').value = '';
  asked = null;
});
$('ask-form').addEventListener('submit', async event => {
  event.preventDefault();
  const { path, done } = asked;
  const token = $('ask-token-label').hidden ? sessionStorage.getItem(TOKEN_KEY) : $('ask-token').value.trim();
  $('ask-ok').disabled = true;
  try {
    if (!token || !/^[\x21-\x7e]+$/.test(token)) throw new Refusal(401, '');
    const answer = await ask(path, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    sessionStorage.setItem(TOKEN_KEY, token);
    $('ask').close();
    toast(done(answer));
    poll();
  } catch (failure) {
    if (failure.status === 401) {
      sessionStorage.removeItem(TOKEN_KEY);
      $('ask-token-label').hidden = false;
      $('ask-token').focus();
    }
    $('ask-error').textContent = failure.status === 401
      ? 'This is not the token. It is in the file that admin.token-file names, or in admin.token beside the store.'
      : failure instanceof Refusal ? failure.message : 'The gateway does not answer.';
  } finally {
    $('ask-ok').disabled = false;
  }
});

let toastTimer = 0;

function toast(text) {
  $('done').textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('done').textContent = ''; }, 6000);
}

$('disconnect').addEventListener('click', () => confirmAction('Disconnect this device?',
  `${device} is told to connect again. What is kept of its session stays; its will is not published.`, 'Disconnect',
  `/api/sessions/${encodeURIComponent(device)}/disconnect`, () => 'The device is disconnected.'));
$('clear').addEventListener('click', () => confirmAction('Clear its buffer?',
  `What waits for ${device} is dropped for good; what is under way stays.`, 'Clear buffer',
  `/api/sessions/${encodeURIComponent(device)}/clear-buffer`, answer => `${plural(answer.dropped, 'message')} dropped.`));

// ---- the round

let round = 0;
let historyAt = -HISTORY_MILLIS;

async function refreshHistory() {
  if (performance.now() - historyAt < HISTORY_MILLIS - 500) return;
  historyAt = performance.now();
  const history = await ask('/api/history');
  charts.forEach(chart => chart.draw(history));
}

/** Asks for all that is shown, and again in a while; a new call takes the place of the one before. */
async function poll() {
  const mine = ++round;
  if (document.hidden) return;
  try {
    const parts = [ask('/api/status').then(showStatus)];
    if (device === null) {
      parts.push(ask('/api/connections').then(showConnections), ask('/api/store').then(showStore), refreshHistory(), refreshList());
    } else {
      parts.push(refreshDevice());
    }
    await Promise.all(parts);
  } catch (failure) {
    if (mine === round) unanswered();
  }
  if (mine === round) {
    setTimeout(() => { if (mine === round) poll(); }, POLL_MILLIS);
  }
}

document.addEventListener('visibilitychange', poll);
window.addEventListener('hashchange', route);
window.addEventListener('resize', drawRows);
buildTable();
markSort();
route();
