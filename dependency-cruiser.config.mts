import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';

/**
 * The layers that each layer may import in addition to itself. Imports point one way: entry -> management and rpc -> http ->
 * serving -> registry and runtime -> model. Registry and runtime import neither each other nor HTTP, and every layer
 * may import the model. Traffic, what is recorded of requests and read again, is below serving and knows no other layer.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'worker/entry': [
    'worker/http',
    'worker/rpc',
    'worker/serving',
    'worker/registry',
    'worker/runtime',
    'worker/traffic',
    'worker/model',
  ],
  'worker/management': [
    'worker/http',
    'worker/serving',
    'worker/registry',
    'worker/runtime',
    'worker/traffic',
    'worker/model',
  ],
  'worker/rpc': [
    'worker/http',
    'worker/serving',
    'worker/registry',
    'worker/runtime',
    'worker/traffic',
    'worker/model',
  ],
  'worker/http': ['worker/serving', 'worker/registry', 'worker/runtime', 'worker/traffic', 'worker/model'],
  'worker/serving': ['worker/registry', 'worker/runtime', 'worker/traffic', 'worker/model'],
  'worker/registry': ['worker/model'],
  'worker/runtime': ['worker/model'],
  'worker/traffic': ['worker/model'],
  'worker/model': [],
  client: ['worker/rpc', 'worker/model'],
  console: [
    'worker/management/openapi',
    'worker/http/index_page',
    'worker/registry',
    'worker/traffic',
    'worker/model',
    'scripts/cli',
  ],
  reference: ['worker/model'],
  import: ['worker/model'],
  // Images become samples in commands as they do in the server.
  scripts: ['worker/runtime/images', 'worker/registry', 'worker/traffic', 'worker/model', 'import'],
  models: ['worker/model'],
};

/** The parts of the runtime. Each may import the parts before it, and the files next to them. */
const RUNTIME_PARTS = ['kernels', 'backend', 'weights', 'plan', 'images', 'operations', 'loading'];

/** Packages that belong to some layers only. */
const PACKAGES = [
  { name: 'hono', package: 'hono', layers: ['worker/entry'] },
  { name: 'itty-router', package: 'itty-router', layers: ['worker/management'] },
  { name: 'jose', package: 'jose', layers: ['worker/management'] },
  { name: 'tfjs', package: '@tensorflow', layers: ['worker/runtime', 'import', 'models'] },
  { name: 'console', package: '(preact|uplot)', layers: ['console'] },
  { name: 'commands', package: '(wrangler|commander|ora)', layers: ['scripts'] },
];

const NODE_LAYERS = ['scripts', 'import', 'models'];

function filesOf(layer: string): string {
  return layer === 'worker/entry' ? '^worker/[^/]+$' : `^${layer}/`;
}

const PRODUCT = '^(worker|client|console|reference|import|scripts|models)/';

const layerRules: IForbiddenRuleType[] = Object.entries(ALLOWED).map(([layer, allowed]) => ({
  name: `layer-${layer.replace('/', '-')}`,
  comment: `${layer} imports ${allowed.length === 0 ? 'nothing' : `only ${allowed.join(', ')}`} besides itself.`,
  severity: 'error',
  from: { path: filesOf(layer) },
  to: {
    path: '^(worker|client|console|reference|import|scripts|models|test)/',
    pathNot: [layer, ...allowed].map(filesOf),
  },
}));

const runtimeRules: IForbiddenRuleType[] = RUNTIME_PARTS.slice(0, -1).map((part, position) => ({
  name: `runtime-${part}`,
  comment: `worker/runtime/${part} comes before what it imports: ${RUNTIME_PARTS.join(', ')}.`,
  severity: 'error',
  from: { path: `^worker/runtime/${part}/` },
  to: { path: `^worker/runtime/(${RUNTIME_PARTS.slice(position + 1).join('|')})/` },
}));

const packageRules: IForbiddenRuleType[] = PACKAGES.map((rule) => ({
  name: `package-${rule.name}`,
  comment: `Only ${rule.layers.join(', ')} may import it.`,
  severity: 'error',
  from: { path: PRODUCT, pathNot: rule.layers.map(filesOf) },
  // A package that is not installed keeps its bare name.
  to: { path: `^(node_modules/)?${rule.package}(/|$)` },
}));

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Files that import each other, types included, are one idea or need a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'A rule about paths cannot judge an import that was not found.',
      severity: 'error',
      from: { path: PRODUCT },
      // The builds make the modules of kernels and the files of pages.
      to: { couldNotResolve: true, path: '^[.]', pathNot: '[.]wasm$|/dist/' },
    },
    {
      name: 'node-builtins',
      comment: `Only ${NODE_LAYERS.join(', ')} run in Node.`,
      severity: 'error',
      from: { path: PRODUCT, pathNot: NODE_LAYERS.map(filesOf) },
      to: { dependencyTypes: ['core'] },
    },
    ...layerRules,
    ...runtimeRules,
    ...packageRules,
  ],
  options: {
    // TypeScript 7 has no programming interface that dependency-cruiser can use. swc keeps type-only imports.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/assembly/|^test/bench/(node_modules|results)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
} satisfies IConfiguration;
