/**
 * The arrows of docs/architecture.md, section "The house". `npm run arrows` enforces them.
 * Each rule names a folder and everything of ours that it may import; whatever is not named is forbidden.
 */
const layers = [
  'workflows',
  'activities',
  'engine',
  'mappers',
  'connectors',
  'store',
  'notifications',
  'api',
  'cli',
  'simulators',
  'bench',
  'test',
  'scripts',
];
const allowed = {
  engine: [],
  mappers: ['engine'],
  connectors: [],
  workflows: [],
  activities: ['engine', 'mappers', 'connectors', 'store', 'workflows'],
  store: ['engine'],
  notifications: ['engine', 'connectors', 'store'],
  api: ['store', 'workflows', 'connectors', 'engine', 'mappers'],
  simulators: [],
};
const onlyInto = Object.entries(allowed).map(([from, into]) => ({
  name: `${from}-may-import-only-${into.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${layers.filter((layer) => layer !== from && !into.includes(layer)).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...onlyInto,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'engine-and-mappers-are-pure',
      severity: 'error',
      from: { path: '^(engine|mappers)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/luxon' },
    },
    {
      name: 'workflows-know-activities-by-type-only',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-composition-roots-read-the-configuration',
      severity: 'error',
      from: { path: `^(${Object.keys(allowed).join('|')})/` },
      to: { path: '^config\\.ts$', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules|reports|\\.tandem|\\.stryker-tmp)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
