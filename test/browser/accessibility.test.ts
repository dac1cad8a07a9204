// Every page, in both themes, as axe-core sees it: nothing serious.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { panel, patient, scenario, settled, useDemo, whys } from './demo.js';
import { runsSlow } from '../setup/slow.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings within what is ours; Grafana's own frame is Grafana's. */
async function findings(page: Page, within: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (selector) => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: object,
          options: object,
        ): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(
      // The labels of Grafana's own legend say "All series selected" in place of their name.
      { include: [[selector]], exclude: [['[class*=LegendLabel]']] },
      { resultTypes: ['violations'] },
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, within);
}

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
