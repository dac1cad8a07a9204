import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './ConfigEditor.js';
import { HeedDataSource } from './datasource.js';
import { QueryEditor } from './QueryEditor.js';
import type { HeedDataSourceOptions, HeedQuery } from './types.js';
import { initTranslations } from '../shared/i18n.js';

initTranslations();

export const plugin = new DataSourcePlugin<HeedDataSource, HeedQuery, HeedDataSourceOptions>(HeedDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
