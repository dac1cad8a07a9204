import { expect, test } from '@grafana/plugin-e2e';

test('the data source says it is ready', async ({ createDataSourceConfigPage }) => {
  const page = await createDataSourceConfigPage({ type: 'heed-anomaly-datasource' });
  await expect(page.saveAndTest({ path: '/api/datasources' })).toBeOK();
  await expect(page).toHaveAlert('success');
});

test('the provisioned dashboard draws, and answers why', async ({
  gotoDashboardPage,
  readProvisionedDashboard,
  page,
}) => {
  const dashboard = await readProvisionedDashboard({ fileName: 'node.json' });
  await gotoDashboardPage(dashboard);
  await expect(page.getByTestId('heed-panel').locator('canvas').first()).toBeVisible();
  const why = page.getByTestId('heed-event-list').getByRole('button').first();
  if (await why.isVisible()) {
    await why.click();
    await expect(page.getByTestId('heed-reason')).not.toBeEmpty();
  }
});

test('the annotation editor of Heed hosts the editor of the source inside', async ({
  annotationEditPage,
  readProvisionedDataSource,
}) => {
  const heed = await readProvisionedDataSource({ fileName: 'datasources.yaml', name: 'Heed' });
  await annotationEditPage.datasource.set(heed.name);
  await expect(annotationEditPage.ctx.page.getByTestId('heed-query-editor')).toBeVisible();
});

test('the query editor hosts the editor of the source inside', async ({ panelEditPage, page }) => {
  await panelEditPage.datasource.set('Heed');
  await panelEditPage.setVisualization('Heed anomalies');
  const row = panelEditPage.getQueryEditorRow('A');
  await expect(row.getByTestId('heed-query-editor')).toBeVisible();
  await row.getByRole('combobox').first().click();
  await page.getByText('Prometheus', { exact: true }).first().click();
  await expect(row.getByTestId('heed-inner-editor')).toBeVisible();
});

test('the app pages open', async ({ page }) => {
  for (const [path, id] of [
    ['start', 'heed-start'],
    ['activity', 'heed-activity'],
    ['try', 'heed-try'],
    ['models', 'heed-models'],
  ] as const) {
    await page.goto(`/a/heed-anomaly-app/${path}`);
    await expect(page.getByTestId(id)).toBeVisible();
  }
});
