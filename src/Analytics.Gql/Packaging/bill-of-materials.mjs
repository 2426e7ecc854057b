// What a published server is made of: the packages of NuGet as the CycloneDX tool found them, the runtime that comes along,
// and what Vite put into wwwroot. Writes it as one CycloneDX file, or as the notices that the licences ask for.
//     node bill-of-materials.mjs NUGET.json RUNTIME.nuspec,… (--sbom FILE | --notices FILE)
// Fails on a licence that nobody has agreed to, and on a package that names none. Called by bill-of-materials.sh.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const allowed = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'ISC', 'PostgreSQL']);
// Of a choice, what we choose: the licence expression as it is written in the package.
const chosen = new Map([['(MPL-2.0 OR Apache-2.0)', 'Apache-2.0'], ['(MIT OR CC0-1.0)', 'MIT']]);
// Analyzers are used while compiling, and no file of theirs is published.
const notPublished = new Set(['GraphQL.Analyzers']);
const wwwroot = new URL('../wwwroot/', import.meta.url);

/** The packages that Vite's licenses.txt names: '## name - version (licence)', then the text of its licence. */
function bundled(file) {
  return readFileSync(new URL(file, wwwroot), 'utf8').split(/^## /m).slice(1).map((section) => {
    const heading = section.slice(0, section.indexOf('\n'));
    const parts = /^(\S+) - (\S+) \((.+)\)$/.exec(heading);
    if (!parts) throw new Error(`${file}: '${heading}' is not 'name - version (licence)'.`);
    const [, name, version, licence] = parts;
    const copyright = /^ *(Copyright \(c\).*|Copyright [^\n]*\d{4}.*)$/im.exec(section)?.[1];
    const [group, own] = name.startsWith('@') ? name.split('/') : [undefined, name];
    return {
      type: 'library',
      'bom-ref': `pkg:npm/${name.replace('@', '%40')}@${version}`,
      ...(group && { group }),
      name: own,
      version,
      scope: 'required',
      licenses: [{ license: { id: licence } }],
      ...(copyright && { copyright }),
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    };
  });
}

/** The runtime of a self-contained server, by the nuspec of its package. */
function runtime(nuspec) {
  const text = readFileSync(nuspec, 'utf8');
  const of = (tag) => new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`).exec(text)?.[1];
  const purl = `pkg:nuget/${of('id')}@${of('version')}`;
  return {
    type: 'framework', 'bom-ref': purl, name: of('id'), version: of('version'), scope: 'required',
    licenses: [{ license: { id: of('license') } }], copyright: of('copyright'), purl,
  };
}

const nameOf = (component) => (component.group ? `${component.group}/${component.name}` : component.name);

/** @throws when one is not among those that are agreed to */
function licenceOf(component) {
  const [licence] = component.licenses ?? [];
  const written = licence?.expression ?? licence?.license?.id ?? licence?.license?.name ?? 'none';
  const id = chosen.get(written) ?? written;
  if (!allowed.has(id)) {
    throw new Error(`${nameOf(component)} ${component.version} has the licence '${written}'; agreed to are ${[...allowed].join(', ')}. `
      + 'Use another package, or let the maintainers agree.');
  }
  return id;
}

function notices(components) {
  const lines = components.map((component) => {
    const from = component.purl.startsWith('pkg:npm/') ? 'npm' : 'NuGet';
    const copyright = component.copyright?.replace(/\s+/g, ' ').trim();
    return `${nameOf(component)} ${component.version} (${from}): ${licenceOf(component)}\n${copyright ? `    ${copyright}\n` : ''}`;
  });
  return `Third-party notices

Analytics.Gql contains the packages below, each under its own licence. The texts of the licences of what is in wwwroot are
in wwwroot/licenses.txt and wwwroot/graphql/ide/licenses.txt; what the .NET runtime contains is told beside this file.
Written by src/Analytics.Gql/Packaging/bill-of-materials.sh; CI compares.

${lines.join('\n')}`;
}

const [bomFile, nuspecs, kind, output] = process.argv.slice(2);
if (!output) throw new Error(`usage: node ${fileURLToPath(import.meta.url)} NUGET.json NUSPEC,… (--sbom|--notices) FILE`);
const bom = JSON.parse(readFileSync(bomFile, 'utf8'));
const published = bom.components.filter((component) => !notPublished.has(component.name));
const pages = [...bundled('licenses.txt'), ...bundled('graphql/ide/licenses.txt')];
const byPurl = new Map([...published, ...nuspecs.split(',').map(runtime), ...pages].map((component) => [component.purl, component]));
const components = [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
components.forEach(licenceOf);
if (kind === '--notices') {
  writeFileSync(output, notices(components));
} else {
  const root = bom.metadata.component['bom-ref'];
  const left = new Set(components.map((component) => component['bom-ref']).concat(root));
  const dependencies = bom.dependencies.filter((one) => left.has(one.ref))
    .map((one) => ({ ...one, dependsOn: one.dependsOn?.filter((ref) => left.has(ref)) }));
  const known = new Set(dependencies.map((one) => one.ref));
  const added = components.map((component) => component['bom-ref']).filter((ref) => !known.has(ref));
  const own = dependencies.find((one) => one.ref === root);
  own.dependsOn = [...new Set([...(own.dependsOn ?? []), ...added])];
  dependencies.push(...added.map((ref) => ({ ref, dependsOn: [] })));
  const metadata = { ...bom.metadata, component: { ...bom.metadata.component, licenses: [{ license: { id: 'MIT' } }] } };
  writeFileSync(output, `${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`);
}
console.log(`${output}: ${components.length} packages`);
