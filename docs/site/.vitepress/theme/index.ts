import DefaultTheme from 'vitepress/theme';
import { defineAsyncComponent } from 'vue';
import type { Theme } from 'vitepress';
import './site.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    // Each comes with its page alone.
    app.component(
      'TryIt',
      defineAsyncComponent(() => import('@site/apps/try/TryIt.vue')),
    );
    app.component(
      'ExploreAttention',
      defineAsyncComponent(() => import('@site/apps/attention/Attention.vue')),
    );
    app.component(
      'ExploreMemory',
      defineAsyncComponent(() => import('@site/apps/memory/Memory.vue')),
    );
    app.component(
      'ExploreAdjustment',
      defineAsyncComponent(() => import('@site/apps/adjustment/Adjustment.vue')),
    );
    app.component(
      'ExploreBudget',
      defineAsyncComponent(() => import('@site/apps/budget/Budget.vue')),
    );
  },
} satisfies Theme;
