// Compares the schema in the work tree with that of its base: what breaks clients, and whether a commit says why.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { allowances, baseOf, schemaAt, schemaFile } from './base.mjs';

/** @returns {Promise<{ base?: object, breaking: string[], dangerous: string[], other: number, allowedBy: string[] }>}
 *  Without a base there is nothing to compare with. */
export async function verdictOn(folder) {
  const base = baseOf(folder);
  const before = base && schemaAt(folder, base.commit);
  if (before === undefined) return { breaking: [], dangerous: [], other: 0, allowedBy: [] };
  const now = readFileSync(join(folder, schemaFile), 'utf8');
  const changes = await diff(buildSchema(before), buildSchema(now));
  const at = (level) => changes.filter(({ criticality }) => criticality.level === level).map(({ message }) => message);
  return {
    base,
    breaking: at(CriticalityLevel.Breaking),
    dangerous: at(CriticalityLevel.Dangerous),
    other: at(CriticalityLevel.NonBreaking).length,
    allowedBy: allowances(folder, base.commit),
  };
}
