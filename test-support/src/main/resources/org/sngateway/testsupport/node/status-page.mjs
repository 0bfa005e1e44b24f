// SPDX-License-Identifier: Apache-2.0
// Looks at a gateway's status page with Chromium as a person would, and says on standard output what it has seen, one check a line:
// ok NAME, or FAILED NAME: why. Arguments: the browser, the address of the page, the token of its actions, how many devices there are,
// and a folder for pictures, or - for none.
import { chromium } from 'playwright-core';

const [executablePath, base, token, count, pictures] = process.argv.slice(2);
const devices = Number(count);
const EVIL = '<img src=x onerror=pwned()>';
const BOUND_MILLIS = 500;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const complaints = [];
const foreign = [];

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  page.on('dialog', dialog => {
    complaints.push(`a dialog says ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', request => new URL(request.url()).origin !== new URL(base).origin && foreign.push(request.url()));
  await page.goto(base);
  await page.waitForSelector('tr[data-id]');
  return page;
}

async function check(name, body) {
  try {
    const seen = await body();
    console.log(`ok ${name}${seen === undefined ? '' : ` (${seen})`}`);
  } catch (failure) {
    console.log(`FAILED ${name}: ${String(failure.message ?? failure).split('\n')[0]}`);
  }
}

function expect(truth, why) {
  if (!truth) throw new Error(why);
}

async function picture(page, name) {
  if (pictures !== '-') {
    await page.screenshot({ path: `${pictures}/status-${name}.png` });
  }
}

/** How long it takes from an act until frames show what is wanted, at best; a busy machine may be late by itself. */
async function quickest(page, times, act, wanted, argument) {
  let best = Infinity;
  for (let i = 0; i < times && best > BOUND_MILLIS; i++) {
    const millis = await page.evaluate(([actText, wantedText, given]) => new Promise(resolve => {
      const isThere = new Function('given', `return (${wantedText})(given)`);
      new Function('given', `(${actText})(given)`)(given);
      const begun = performance.now();
      const look = () => {
        const passed = performance.now() - begun;
        if (isThere(given) || passed > 10000) resolve(passed);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }), [act.toString(), wanted.toString(), `${argument}`]);
    best = Math.min(best, millis);
    if (best > BOUND_MILLIS) {
      await page.evaluate(() => {
        document.getElementById('window').scrollTop = 0;
        document.getElementById('search').value = '';
        document.getElementById('search').dispatchEvent(new Event('input'));
      });
      await page.waitForTimeout(1500);
    }
  }
  return Math.round(best);
}

const type = text => {
  const search = document.getElementById('search');
  search.value = text;
  search.dispatchEvent(new Event('input'));
};

const page = await open({ viewport: { width: 1280, height: 800 } });

await check('overview', async () => {
  await page.waitForFunction(() => document.getElementById('state').textContent === 'ready');
  await page.waitForFunction(wanted => document.getElementById('matched').textContent === wanted,
    `${devices.toLocaleString('en')} devices`);
  await page.waitForFunction(() => /^[0-9.,]+$/.test(document.getElementById('rate-in').textContent));
  const connections = await page.locator('#connections tbody').textContent();
  expect(connections.includes('lane-0') && connections.includes('connected'), connections);
  expect((await page.locator('#store').textContent()) === 'ok', 'no store');
});

await check('search', async () => {
  const millis = await quickest(page, 3, type,
    text => document.querySelectorAll('tr[data-id]').length === 1 && document.querySelector('tr[data-id]').dataset.id === text,
    'device-04321');
  expect(millis <= BOUND_MILLIS, `${millis} ms until the device was shown`);
  expect((await page.locator('#matched').textContent()).startsWith('1 device of '), 'how many fit');
  return `${millis} ms`;
});

await check('search without a match', async () => {
  await page.fill('#search', 'nobody');
  await page.waitForSelector('#none:not([hidden])');
  await page.fill('#search', '');
  await page.waitForFunction(() => document.querySelectorAll('tr[data-id]').length > 10);
});

await check('filter', async () => {
  const millis = await quickest(page, 3,
    state => document.querySelector(`#states [data-state=${state}]`).click(),
    state => {
      const shown = [...document.querySelectorAll('tr[data-id] .c-state')];
      return shown.length > 5 && shown.every(cell => cell.textContent === state);
    }, 'asleep');
  expect(millis <= BOUND_MILLIS, `${millis} ms until only sleeping devices were shown`);
  expect(await page.locator('#states [data-state=asleep]').getAttribute('aria-pressed') === 'true', 'the button is not pressed');
  await page.click('#states [data-state=""]');
  await page.waitForSelector('tr[data-id] .pill.good');
  return `${millis} ms`;
});

await check('sort', async () => {
  await page.click('th[data-sort=queued] button');
  await page.click('th[data-sort=queued] button');
  await page.waitForFunction(() => document.querySelector('tr[data-id] .c-queued')?.textContent === '3');
  expect(await page.locator('th[data-sort=queued]').getAttribute('aria-sort') === 'descending', 'aria-sort');
  await page.click('th[data-sort=clientId] button');
  await page.waitForFunction(() => document.querySelector('tr[data-id]')?.dataset.id.startsWith('<'));
});

await check('scroll to the end', async () => {
  const last = `device-${String(devices - 3).padStart(5, '0')}`; // two have other names, and they are counted from 0
  const millis = await quickest(page, 3,
    () => { const view = document.getElementById('window'); view.scrollTop = view.scrollHeight; },
    id => [...document.querySelectorAll('tr[data-id]')].some(row => row.dataset.id === id), last);
  expect(millis <= BOUND_MILLIS, `${millis} ms until the last device was shown`);
  return `${millis} ms`;
});

await check('scroll through', async () => {
  const gaps = await page.evaluate(() => new Promise(resolve => {
    const view = document.getElementById('window');
    const found = [];
    let last = performance.now();
    let step = 60;
    const frame = now => {
      found.push(now - last);
      last = now;
      view.scrollTop = view.scrollHeight * step / 60;
      if (step-- > 0) requestAnimationFrame(frame);
      else resolve(found.sort((a, b) => a - b));
    };
    requestAnimationFrame(frame);
  }));
  const median = Math.round(gaps[gaps.length >> 1]);
  expect(median <= 100, `a frame took ${median} ms`);
  await page.waitForFunction(() => document.querySelector('tr[data-id]')?.dataset.id.startsWith('<'));
  const rows = await page.locator('#table tbody tr').count();
  expect(rows < 200, `${rows} rows in the document`);
  return `${median} ms a frame`;
});

await check('strange names are only text', async () => {
  await page.fill('#search', '<img');
  await page.waitForFunction(id => document.querySelector('tr[data-id]')?.dataset.id === id, EVIL);
  expect(await page.locator('#main img').count() === 0, 'an image was made of a client id');
  await page.click('tr[data-id] a');
  await page.waitForFunction(id => document.getElementById('device-id').textContent === id, EVIL);
  await page.waitForFunction(() => document.getElementById('subs').textContent.includes('<script>pwned()</script>/#'));
  await page.waitForFunction(() => document.getElementById('ids').textContent.includes('<b onclick=pwned()>bold</b>'));
  expect(await page.locator('#main img, #main script, #main b[onclick]').count() === 0, 'an element was made of a name');
  await page.goBack();
  await page.waitForSelector('#overview:not([hidden])');
  await page.fill('#search', '');
});

await check('device', async () => {
  await page.evaluate(() => { location.hash = '#/device/device-00003'; });
  await page.waitForFunction(() => document.getElementById('device-state').textContent === 'asleep');
  const facts = await page.locator('#facts').textContent();
  expect(facts.includes('udp:127.0.0.1') && facts.includes('Sleeps for15 min') && facts.includes('3 messages'), facts);
  expect(await page.locator('#queue tbody tr').count() === 3, 'what waits');
  if (pictures === '-') { // else there is traffic, and these frames are long gone
    await page.waitForFunction(() => document.getElementById('frames').textContent.includes('DISCONNECT duration=900'));
  }
  expect((await page.locator('#subs').textContent()).includes('commands/device-00003'), 'subscriptions');
});

await check('an action with the wrong token', async () => {
  const before = complaints.length;
  await page.click('#clear');
  await page.fill('#ask-token', 'this-is-not-the-token');
  await page.click('#ask-ok');
  await page.waitForFunction(() => document.getElementById('ask-error').textContent.startsWith('This is not the token'));
  expect(await page.evaluate(() => sessionStorage.length) === 0, 'a wrong token is kept');
  complaints.splice(before, complaints.length, ...complaints.slice(before).filter(text => !text.includes('401')));
});

await check('an action with the token', async () => {
  await page.fill('#ask-token', token);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('done').textContent === '3 messages dropped.');
  await page.waitForFunction(() => document.getElementById('queue').textContent.includes('Nothing.'));
  expect(!page.url().includes(token), 'the token is in the address');
});

await check('another action does not ask again', async () => {
  await page.click('#disconnect');
  expect(await page.locator('#ask-token').isHidden(), 'the token is asked for again');
  await page.click('#ask-cancel');
  await page.waitForSelector('#ask:not([open])', { state: 'attached' });
  await page.click('#disconnect');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('done').textContent === 'The device is disconnected.');
});

await check('a device that is gone', async () => {
  const before = complaints.length;
  await page.waitForFunction(() => document.getElementById('gone').textContent.startsWith('There is no session'));
  expect(await page.locator('#disconnect').isDisabled(), 'it can be disconnected again');
  await page.click('.back');
  await page.waitForSelector('#overview:not([hidden])');
  complaints.splice(before, complaints.length, ...complaints.slice(before).filter(text => !text.includes('404')));
});

await check('keyboard', async () => {
  await page.focus('#search');
  await page.keyboard.type('device-00005');
  await page.waitForFunction(() => document.querySelectorAll('tr[data-id]').length === 1);
  await page.focus('#window');
  await page.keyboard.press('Tab');
  for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.matches('tr[data-id] a'))); i++) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('device-id').textContent === 'device-00005');
  expect(await page.evaluate(() => document.activeElement.id) === 'device-id', 'the heading has no focus');
  await page.goBack();
  await page.fill('#search', '');
  await page.waitForFunction(() => document.querySelectorAll('tr[data-id]').length > 10);
});

await check('names for a screen reader', async () => {
  const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, a, [role=region], [role=img], section, dialog')]
    .filter(one => !(one.textContent.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.labels?.length))
    .map(one => one.outerHTML.slice(0, 80)));
  expect(nameless.length === 0, nameless.join(' '));
  expect(await page.locator('main').count() === 1 && await page.locator('h1').count() === 1, 'landmarks');
});

await check('charts', async () => {
  await page.waitForFunction(() => document.querySelector('.chart path.first').getAttribute('d').split('L').length >= 2, null, { timeout: 40000 });
  await page.hover('.chart .plot');
  await page.waitForFunction(() => document.querySelector('.chart line.at').getAttribute('visibility') === 'visible');
  expect(/Messages a second, .*from devices [0-9.,]+, to devices [0-9.,]+/.test(await page.locator('.chart .plot').first().getAttribute('aria-label')),
    'no values for a screen reader');
  await page.mouse.move(5, 5);
});

await check('pictures', async () => {
  await page.evaluate(() => { location.hash = '#/device/device-00001'; });
  await page.waitForFunction(() => document.getElementById('device-state').textContent === 'active');
  if (pictures !== '-') {
    await page.waitForFunction(() => document.getElementById('done').textContent === '');
  }
  await picture(page, 'device');
  await page.click('.back');
  await page.waitForSelector('#overview:not([hidden])');
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(pictures === '-' ? 0 : 2500);
  await picture(page, 'light');
  const dark = await open({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  await dark.waitForFunction(() => /^[0-9.,]+$/.test(document.getElementById('rate-in').textContent));
  const colour = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(colour !== await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'dark is not dark');
  await dark.evaluate(() => document.getElementById('sessions').scrollIntoView());
  await picture(dark, 'dark');
  await dark.context().close();
});

await check('phone', async () => {
  const phone = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  const width = () => phone.evaluate(() => document.documentElement.scrollWidth);
  expect(await width() <= 360, `the list is ${await width()} pixels wide`);
  await phone.waitForFunction(() => /^[0-9.,]+$/.test(document.getElementById('rate-in').textContent));
  await picture(phone, 'phone');
  await phone.evaluate(() => { location.hash = '#/device/device-00010'; });
  await phone.waitForFunction(() => document.getElementById('device-state').textContent === 'active');
  await phone.waitForFunction(() => document.getElementById('facts').textContent.includes('Keep-alive'));
  expect(await width() <= 360, `a device is ${await width()} pixels wide`);
  await phone.context().close();
});

await check('nothing but the gateway is asked', async () => expect(foreign.length === 0, foreign.join(' ')));
await check('no complaints', async () => expect(complaints.length === 0, complaints.join(' | ')));

await check('a gateway that does not answer', async () => {
  await page.route('**/api/**', route => route.abort());
  await page.waitForFunction(() => !document.getElementById('lost').hidden
    && document.getElementById('lost').textContent.startsWith('The gateway has not answered for'));
  expect(await page.locator('#state').textContent() === 'no answer', 'the state');
  await page.unroute('**/api/**');
  await page.waitForFunction(() => document.getElementById('lost').hidden && document.getElementById('state').textContent === 'ready');
});

await browser.close();
