import type { ModelPlace } from '../shared/models.js';
import { t } from '../shared/i18n.js';
/** Where a model lies, in words. */
export const placeName = (place: ModelPlace): string =>
  place === 'shared' ? t('models.everybody', 'everybody') : t('models.this-browser', 'this browser only');
