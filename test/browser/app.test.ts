// The pages of the app in Chromium.
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { patient, polling, settled, useDemo, whys } from './demo.js';

describe.skipIf(!findChromium())('the app', patient, () => {
  const { open } = useDemo();

  it('scores a CSV that is pasted, shows what was scored, and creates a dashboard', async () => {
    const { page, problems } = await open('/a/heed-anomaly-app/try');
    await page.getByRole('button', { name: 'Use a sample' }).click();
    await settled(page);
    await expect.poll(() => whys(page).count(), polling).toBeGreaterThan(0);
    await page.getByRole('textbox', { name: 'CSV' }).fill('time,a\n2026-01-01T00:00:00Z,x\n');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('This could not be read').waitFor();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.locator('[data-testid=heed-activity] tbody tr').first().waitFor();
    expect(await page.locator('[data-testid=heed-activity]').innerText()).toMatch(/auto/);
    await page.getByRole('tab', { name: 'Getting started' }).click();
    await page.locator('#heed-start-source').click();
    await page.getByText('Scenarios').first().click();
    await page.getByRole('button', { name: 'Create the example dashboard' }).click();
    await settled(page);
    expect(page.url()).toContain('/d/');
    expect(problems).toEqual([]);
  });
});
