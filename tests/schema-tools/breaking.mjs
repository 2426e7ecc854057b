// Says what changed in schema/schema.graphql since its base (base.mjs): node breaking.mjs
// Exit 1 when a change breaks clients and no commit since the base has the trailer 'Schema-Breaking: <why>'.
import { fileURLToPath } from 'node:url';
import { trailer } from './base.mjs';
import { verdictOn } from './verdict.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { base, breaking, dangerous, other, allowedBy } = await verdictOn(root);
if (!base) {
  console.log('no earlier schema in this history: nothing to compare with');
} else {
  console.log(`schema compared with ${base.commit.slice(0, 7)}, ${base.why}`);
  if (base.cutOff) console.log('This clone is shallow: what changed before that commit was not looked at.');
  for (const message of breaking) console.log(`breaking: ${message}`);
  for (const message of dangerous) console.log(`dangerous: ${message}`);
  console.log(`${breaking.length} breaking, ${dangerous.length} dangerous, ${other} other changes`);
  if (breaking.length > 0 && allowedBy.length > 0) console.log(`allowed, because: ${allowedBy.join('; ')}`);
  if (breaking.length > 0 && allowedBy.length === 0) {
    console.error(`Deprecate instead of removing; or give a commit the trailer '${trailer}: <why>'.`);
    process.exitCode = 1;
  }
}
