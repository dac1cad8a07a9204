// Every page, in both themes, as axe-core sees it: nothing serious. Incidents, configuration and triage are looked at
// where they are tested.
import { describe, expect, it } from 'vitest';
import { findings } from './axe.js';
import { findChromium } from './chromium.js';
import { panel, patient, scenario, settled, useDemo, whys } from './demo.js';
import { runsSlow } from '../setup/slow.js';

describe.skipIf(!findChromium()).each(runsSlow ? ['dark', 'light'] : ['dark'])(
  'accessibility in the %s theme',
  patient,
  (theme) => {
    const { open } = useDemo();

    it.each(['start', 'activity', 'try', 'models'])('of the app page %s', async (id) => {
      const { page } = await open(`/a/heed-anomaly-app/${id}?theme=${theme}`);
      await page.locator(`[data-testid=heed-${id}]`).waitFor();
      if (id === 'try') {
        await page.getByRole('button', { name: 'Use a sample' }).click();
        await settled(page);
        await page.getByRole('button', { name: 'Run a backtest' }).click();
        await page.getByRole('button', { name: 'Run the backtest again' }).waitFor();
      }
      expect(await findings(page, `[data-testid=heed-${id}]`)).toEqual([]);
    });

    it('of the panel, Why and the alert', async () => {
      const live = { view: 'live', budget: '1/hour', step: '5s' };
      const { page } = await open(`/d/test?theme=${theme}`, {
        dashboard: { panels: [panel([scenario('service', {}, live)], { id: 1 })] },
      });
      await settled(page);
      expect(await findings(page, '[data-testid=heed-panel]')).toEqual([]);
      await whys(page).first().click();
      await page.locator('[data-testid=heed-told]').waitFor();
      expect(await findings(page, '[data-testid=heed-why]')).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Make an alert' }).click();
      await page.locator('[data-testid=heed-alert-text]').waitFor();
      expect(await findings(page, '[data-testid=heed-alert]')).toEqual([]);
    });

    it('of the query editor and the options', async () => {
      const { page } = await open(`/edit?theme=${theme}`);
      await settled(page);
      expect(await findings(page, '[data-testid=heed-query-editor]')).toEqual([]);
      expect(await findings(page, '[data-testid=options-pane] [data-testid=heed-backtest]')).toEqual([]);
    });
  },
);
