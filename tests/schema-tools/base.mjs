// Which commit the reviewed schema is compared with, and which commits since then may allow a breaking change.
//
//   on a branch        the merge base with origin/main, else with main
//   on main itself,    the first parent of the last commit, along first parents, that touched the schema: the state
//   or without a main  before the last landing that changed it, however many commits have landed since
//   where history      the oldest commit at hand, and 'cutOff' says so; a shallow clone that has main but not the
//   is cut off         common commit is refused, since there is something to compare with
import { execFileSync } from 'node:child_process';

export const schemaFile = 'schema/schema.graphql';
export const trailer = 'Schema-Breaking';

/** What git prints, or undefined when it exits with 1: it found nothing. Any other failure is raised. */
export function git(folder, ...args) {
  try {
    return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    if (error.status === 1) return undefined;
    throw error;
  }
}

/** @returns {{ commit: string, why: string, cutOff: boolean } | undefined} undefined: no commit has the schema. */
export function baseOf(folder) {
  const shallow = git(folder, 'rev-parse', '--is-shallow-repository') === 'true';
  const commit = (name) => git(folder, 'rev-parse', '--quiet', '--verify', `${name}^{commit}`);
  const head = commit('HEAD');
  const main = ['refs/remotes/origin/main', 'refs/heads/main'].find(commit);
  if (main) {
    const common = git(folder, 'merge-base', 'HEAD', main);
    if (!common && shallow)
      throw new Error(
        `this shallow clone has ${main}, but not the commit that HEAD has in common with it: git fetch --unshallow`);
    if (common && common !== head) return { commit: common, why: `the merge base with ${main}`, cutOff: false };
  }
  const landed = git(folder, 'log', '-1', '--first-parent', '--format=%H', 'HEAD', '--', schemaFile);
  if (!landed) return undefined;
  const before = commit(`${landed}^1`);
  const why = `before ${landed.slice(0, 7)}, the last to change the schema`;
  if (before) return { commit: before, why, cutOff: false };
  return { commit: landed, why: 'the oldest commit at hand', cutOff: shallow };
}

/** The schema as of a commit, or undefined when that commit has none. */
export const schemaAt = (folder, commit) =>
  git(folder, 'ls-tree', '--name-only', commit, '--', schemaFile)
    ? git(folder, 'show', `${commit}:${schemaFile}`)
    : undefined;

/** The reasons that commits after the base give in their trailer; one without a reason allows nothing. */
export const allowances = (folder, base) =>
  git(folder, 'log', `--format=%(trailers:key=${trailer},valueonly,unfold)`, `${base}..HEAD`)
    .split('\n').map((why) => why.trim()).filter(Boolean);
