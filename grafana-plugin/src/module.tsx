import { AppPlugin } from '@grafana/data';
import { AppRoot } from './app/AppRoot.js';

export const plugin = new AppPlugin().setRootPage(AppRoot);
