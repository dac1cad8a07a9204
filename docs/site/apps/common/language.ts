import { useData } from 'vitepress';
import { computed } from 'vue';

/** The texts of the page's language. */
export function useTexts<Texts>(texts: { readonly en: Texts; readonly zh: Texts }) {
  const { lang } = useData();
  return computed(() => (lang.value.startsWith('zh') ? texts.zh : texts.en));
}
