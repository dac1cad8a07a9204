import { fileURLToPath } from 'node:url';
import katex from '@vscode/markdown-it-katex';
import { defineConfig } from 'vitepress';
import { makeAddress } from '../stage/markdown.mjs';
import { listPages, readTitle } from '../stage/pages.mjs';
import { client } from '../stage/workers.mjs';

const pages = listPages();
const link = (source) => {
  const page = pages.find((one) => one.source === source);
  if (!page) throw new Error(`docs/site/.vitepress/config.mjs names ${source}, which does not exist`);
  return makeAddress(page.page);
};
const entry = (source, text = readTitle(source)) => ({ text, link: link(source) });
const within = (folder) =>
  pages.filter(({ source }) => source.startsWith(folder)).map(({ source }) => source);

const notebooks = within('notebooks/').filter((source) => source.endsWith('.ipynb'));
const guides = ['on-call', 'researcher', 'teacher'];
const explorables = ['attention', 'window-memory', 'point-adjustment', 'alert-budget'];

const groups = [
  { text: 'Guide', items: guides.map((name) => entry(`docs/guide/${name}.md`)) },
  {
    text: 'In this page',
    items: [entry('docs/try.md'), ...explorables.map((name) => entry(`docs/explorables/${name}.md`))],
  },
  {
    text: 'Use it',
    items: [
      entry('README.md', 'Everything in one page'),
      entry('docs/formats.md'),
      entry('docs/live.md', 'As it happened: monitors'),
      entry('docs/operations.md', 'Operations: heed serve'),
      entry('grafana-plugin/README.md', 'The Grafana plugin'),
      entry('core/README.md', 'The library'),
      { text: 'API', link: '/api/', target: '_self' },
    ],
  },
  {
    text: 'What is true of it',
    items: [
      entry('ACCURACY.md'),
      entry('BENCHMARKS.md'),
      entry('docs/experiments.md', 'Log of experiments'),
      entry('docs/reliability.md'),
    ],
  },
  {
    text: 'Notebooks',
    collapsed: true,
    items: [
      entry('notebooks/README.md', 'Gallery'),
      entry('notebooks/SYLLABUS.md', 'A course of twelve sessions'),
      ...notebooks.map((s) => entry(s)),
    ],
  },
  {
    text: 'Exercises with solutions',
    collapsed: true,
    items: within('notebooks/exercises/').map((source) =>
      entry(source, readTitle(source).replace(/^Exercises of notebook /, '')),
    ),
  },
  {
    text: 'The project',
    collapsed: true,
    items: [
      entry('docs/glossary.md'),
      entry('docs/documents.md'),
      entry('docs/architecture.md'),
      entry('docs/project-intent.md'),
      entry('CONTRIBUTING.md'),
      entry('CHANGELOG.md'),
      entry('SECURITY.md'),
      entry('.github/CODE_OF_CONDUCT.md'),
    ],
  },
];
// A document that nobody put in a group is found all the same.
const listed = new Set(groups.flatMap(({ items }) => items.map((item) => item.link)));
const rest = within('docs/').filter(
  (source) => !source.startsWith('docs/zh/') && source !== 'docs/index.md' && !listed.has(link(source)),
);
if (rest.length > 0) groups.push({ text: 'More', items: rest.map((source) => entry(source)) });

const chinese = [
  { text: '指南', items: guides.map((name) => entry(`docs/zh/guide/${name}.md`)) },
  {
    text: '在网页中运行',
    items: [entry('docs/zh/try.md'), ...explorables.map((name) => entry(`docs/zh/explorables/${name}.md`))],
  },
  {
    text: '英文资料',
    items: [
      entry('docs/formats.md', '文件格式'),
      entry('docs/operations.md', '运维'),
      entry('docs/glossary.md', '术语表'),
      entry('notebooks/README.md', '笔记本'),
      { text: 'API', link: '/api/', target: '_self' },
    ],
  },
];

export default defineConfig({
  title: 'Heed',
  description: 'Finds anomalies in the metrics you already have, and says why.',
  srcDir: '../dist/source',
  outDir: process.env.HEED_SITE_OUT ?? '../dist/site',
  cacheDir: '../dist/cache',
  base: process.env.HEED_SITE_BASE ?? '/',
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: `${process.env.HEED_SITE_BASE ?? '/'}logo.svg` }]],
  // Made by typedoc beside the pages; test/site.test.ts follows every link of the whole site.
  ignoreDeadLinks: [/^\/api\//, /^\/files\//, /^https?:\/\/localhost/],
  markdown: {
    config: (md) => md.use(katex.default ?? katex, { output: 'mathml', throwOnError: false }),
  },
  vue: { template: { compilerOptions: { whitespace: 'preserve' } } },
  vite: {
    resolve: {
      alias: {
        '@site': fileURLToPath(new URL('..', import.meta.url)),
        // Bundled ahead, like the workers.
        '@heed/core/workers': client,
      },
    },
    build: { chunkSizeWarningLimit: 2000 },
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en-US',
      themeConfig: {
        nav: [
          { text: 'Guide', link: '/guide/on-call', activeMatch: '^/guide/' },
          { text: 'Try it', link: '/try' },
          { text: 'Explore', link: '/explorables/attention', activeMatch: '^/explorables/' },
          { text: 'Notebooks', link: '/notebooks/', activeMatch: '^/notebooks/' },
          { text: 'API', link: '/api/', target: '_self' },
        ],
        sidebar: groups,
      },
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '在您已有的指标中找出异常，并说明原因。',
      themeConfig: {
        nav: [
          { text: '指南', link: '/zh/guide/on-call', activeMatch: '^/zh/guide/' },
          { text: '试一试', link: '/zh/try' },
          { text: '动手探索', link: '/zh/explorables/attention', activeMatch: '^/zh/explorables/' },
          { text: '笔记本', link: '/notebooks/' },
        ],
        sidebar: chinese,
        outline: { label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '深色模式',
        lightModeSwitchTitle: '切换到浅色模式',
        darkModeSwitchTitle: '切换到深色模式',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
        skipToContentLabel: '跳到正文',
        notFound: {
          title: '没有这个页面',
          quote: '它可能已经移动。',
          linkText: '回到首页',
          linkLabel: '回到首页',
        },
      },
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    outline: { level: [2, 3] },
    i18nRouting: false,
    search: {
      provider: 'local',
      options: {
        // Code is not what people search for, and to highlight it twice takes as long as all the rest.
        _render: (text, env, md) =>
          md.render(text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1[^\S\n]*$/gm, ''), env),
        // Chinese has no blanks between its words.
        miniSearch: {
          options: {
            tokenize: (text) =>
              Array.from(new Intl.Segmenter('zh', { granularity: 'word' }).segment(text))
                .filter((part) => part.isWordLike)
                .map((part) => part.segment),
          },
        },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                noResultsText: '没有结果：',
                resetButtonTitle: '清除',
                footer: { selectText: '选择', navigateText: '移动', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
});
