import js from '@eslint/js';
import { builtinModules } from 'node:module';
import grafanaI18n from '@grafana/i18n/eslint-plugin';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Data flows one way through core/src: a folder imports only from folders to its left. `tensor` and `windows`
 * stand left of `detectors` because detectors are built from them; `evaluate` and `datasets` need series alone.
 */
const order = [
  'series',
  'preprocess',
  'tensor',
  'windows',
  'detectors',
  'feedback',
  'detection',
  'stream',
  'live',
  'workers',
  'datasets',
  'evaluate',
  'testing',
  'plot',
  'node',
  'serve',
  'cli',
];
/** Folders that need Node. */
const nodeFolders = ['node', 'serve', 'cli'];
/** Folders that must not lean on anything but the named ones, although more stands to their left. */
const narrow = { datasets: ['series'], evaluate: ['series', 'preprocess', 'detectors', 'detection', 'live'] };

const noNode = {
  // Whole names only: our own folder stream/ is not Node's module.
  regex: `^(node:.+|${builtinModules.join('|')})$`,
  message:
    'core runs unchanged in browsers and workers: Node modules belong in cli/, serve/ and the node entry.',
};

const directionRules = order.map((folder, at) => {
  const allowed = narrow[folder] ?? order.slice(0, at);
  const forbidden = order.filter((other) => other !== folder && !allowed.includes(other));
  return {
    files: [`core/src/${folder}/**/*.ts`],
    ignores: ['core/src/**/*.test.ts', 'core/src/**/*.naive.ts', 'core/src/**/*.fixture.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: forbidden.flatMap((other) => [
                `../${other}/**`,
                `../../${other}/**`,
                `../../../${other}/**`,
                `../${other}`,
              ]),
              message: `${folder}/ may import only from: ${allowed.join(', ') || 'errors.ts'}. Data flows one way.`,
            },
            {
              group: ['../index.js', '../../index.js', '../node.js', '../../node.js'].filter(
                () => !nodeFolders.includes(folder),
              ),
              message: 'Import the folder that holds it, not the package entry.',
            },
            ...(nodeFolders.includes(folder) ? [] : [noNode]),
          ].filter((pattern) => pattern.regex !== undefined || pattern.group.length > 0),
        },
      ],
    },
  };
});

/** A function is named by what it does. */
const verbs = {
  selector: 'FunctionDeclaration[id.name=/[a-z]Of$/]',
  message: 'Name the function by what it does: toRows, findColumn, not rowsOf, columnOf.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/*.min.js',
      'core/data/**',
      '.heed/**',
      'core/assembly/**',
      'core/src/tensor/kernels-wasm.ts',
      'core/src/windows/kernels-wasm.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { ...globals.es2022 } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Typed-array loops index within bounds that the types cannot see.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
    },
  },
  {
    files: ['{core,notebooks,grafana-plugin}/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts', '**/*.naive.ts'],
    rules: { 'no-restricted-syntax': ['error', verbs] },
  },
  {
    files: ['core/src/**/*.ts'],
    ignores: [
      ...nodeFolders.map((folder) => `core/src/${folder}/**`),
      'core/src/**/*.test.ts',
      'core/src/**/*.fixture.ts',
    ],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', '__dirname', '__filename'],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MetaProperty[meta.name="import"]',
          message: 'import.meta does not exist in the CommonJS build.',
        },
        verbs,
      ],
    },
  },
  ...directionRules,
  {
    files: ['grafana-plugin/**/*.{ts,tsx,js}'],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { globals: { ...globals.browser } },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  // Every text of the plugin is in its catalogs.
  {
    files: ['grafana-plugin/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    plugins: { '@grafana/i18n': grafanaI18n },
    rules: {
      '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$'] }],
      '@grafana/i18n/no-translation-top-level': 'error',
    },
  },
  // The demo page stands in for Grafana: its console is where a developer looks.
  { files: ['grafana-plugin/demo/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...globals.node } },
    rules: { '@typescript-eslint/no-require-imports': 'off', 'no-console': 'off' },
  },
  {
    files: [
      '**/*.mjs',
      '**/bin/*.js',
      'core/scripts/**',
      'test/**',
      'notebooks/src/**',
      '*.config.*',
      '**/cli/**',
      '**/*.test.ts',
    ],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
);
