// The dashboard as people use it, in Chromium, against the demo:
//
//     node dashboard.mjs                   starts a demo of its own, and stops it and starts it again on the way
//     node dashboard.mjs URL CONNECTION    uses one that runs (it prints both), and leaves out what would stop it
//
// Screenshots go to artifacts/browser, or where ANALYTICS_PICTURES says.
import { fileURLToPath } from 'node:url';
import { Demo } from './demo.mjs';
import { access } from './dashboard/access.mjs';
import { cold } from './dashboard/cold.mjs';
import { fact, verdict } from './dashboard/facts.mjs';
import { keyboard } from './dashboard/keyboard.mjs';
import { live } from './dashboard/live.mjs';
import { numbers } from './dashboard/numbers.mjs';
import { failures, outage } from './dashboard/outage.mjs';
import { pages } from './dashboard/pages.mjs';
import { pictures } from './dashboard/pictures.mjs';
import { underPrefix } from './dashboard/prefix.mjs';
import { roles } from './dashboard/roles.mjs';
import { team } from './dashboard/team.mjs';
import { token } from './dashboard/token.mjs';

const folder = process.env.ANALYTICS_PICTURES ?? fileURLToPath(new URL('../../artifacts/browser', import.meta.url));
const [url, connection] = process.argv.slice(2);
// Pages name their documents by id, so that they work where every text is refused.
const demo = url ? null : await Demo.start({ Analytics__Documents__TrustedOnly: 'true' });
const subject = demo ?? { url: new URL('.', url).href, connection };
subject.demo = demo;
const only = process.env.ANALYTICS_ONLY?.split(',');

try {
  for (const test of [cold, numbers, pages, team, live, failures, keyboard, underPrefix, roles, token, access, ...demo ? [outage] : []])
    if (!only || only.includes(test.name))
      // What goes wrong beside the facts, such as a request to another host, is a fact too.
      await fact(`${test.name}: no error in the console, no request to another host`, () => test(subject));
  if (!only || only.includes('pictures')) await pictures(subject, folder);
} finally {
  await demo?.dispose();
}
process.exitCode = verdict();
