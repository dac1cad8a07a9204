// The plugin in the reader's language, on both hosts.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { hosts, panel, patient, polling, scenario, settled, useDemo, whys } from './demo.js';

/** English words, of which names, units, reasons and the detectors' own notes are made, left aside. */
const english = (text: string) =>
  text.match(/\b(the|of|and|this|is|was|series|score|expected|threshold|anomaly|anomalies|show|why)\b/gi) ??
  [];
const textOf = (page: Page, id: string) => page.locator(`[data-testid=${id}]`).innerText();

describe.skipIf(!findChromium()).each(hosts)('Chinese on %s', patient, (host) => {
  const { open } = useDemo({ host });

  it('is what the pages of the app speak', async () => {
    const { page, problems } = await open('/a/heed-anomaly-app/start?language=zh-Hans');
    await page.getByText('任何仪表板上的异常，点击一次即见原因').waitFor();
    // Elements within a text keep their place.
    expect(await page.locator('[data-testid=heed-start] li b').allInnerTexts()).toEqual([
      '任何面板：',
      '单个面板：',
      '查看原因：',
    ]);
    expect(await page.locator('[data-testid=heed-start] code').innerText()).toBe('heed serve');
    expect(await textOf(page, 'heed-start')).toContain('就绪：数据源 Heed。');
    for (const [tab, id] of [
      ['活动', 'activity'],
      ['模型', 'models'],
      ['事件', 'incidents'],
      ['试用', 'try'],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator(`[data-testid=heed-${id}]`).waitFor();
      expect(english(await textOf(page, `heed-${id}`)), id).toEqual([]);
    }
    expect(problems).toEqual([]);
  });

  it('is what the panel, the reasons and the alert speak', async () => {
    const live = { view: 'live', budget: '1/hour', step: '5s' };
    const { page, problems } = await open('/d/test?language=zh-Hans', {
      dashboard: { panels: [panel([scenario('service', {}, live)], { id: 1 })] },
    });
    await settled(page);
    await expect.poll(() => textOf(page, 'heed-panel'), polling).toMatch(/个异常/);
    const buttons = page.locator('[data-testid=heed-panel]').getByRole('button');
    await buttons.filter({ hasText: '事后' }).waitFor();
    await whys(page).first().click();
    const why = page.locator('[data-testid=heed-why]');
    await why.getByText('判断正确吗？').waitFor();
    expect(await why.innerText()).toMatch(/严重度.，\d+\/100/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '创建告警' }).click();
    await page.getByText('从图表到告警').waitFor();
    expect(problems).toEqual([]);
  });

  it('is not what others are spoken to in', async () => {
    const { page } = await open('/a/heed-anomaly-app/start?language=de-DE');
    await page.getByText('Anomalies on any dashboard').waitFor();
  });
});
