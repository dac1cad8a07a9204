import { Trans, initPluginTranslations, t as translate } from '@grafana/i18n';
import chinese from '../locales/zh-Hans/heed-anomaly-app.json';

export { Trans };

/** All three plugins share one catalog, that of the app. */
const namespace = 'heed-anomaly-app';

/** Catalogs besides the English texts that stand in the code; `locales/en-US` is for those who translate. */
const catalogs: Readonly<Record<string, object>> = { 'zh-Hans': chinese };

/** Texts in the language of whoever looks, from the first rendering on; called where a plugin's module begins. */
export function initTranslations(): void {
  // The catalogs are here already: nothing is waited for but the promise itself.
  void initPluginTranslations(namespace, [
    (language: string) => Promise.resolve((catalogs[language] ?? {}) as never),
  ]);
}

/** The text of a key in the reader's language; React escapes what needs it. */
export const t: typeof translate = (key, text, values) =>
  translate(key, text, { ...values, interpolation: { escapeValue: false } });
