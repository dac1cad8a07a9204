// What a Grafana server writes into its page.
(function () {
  var wished =
    new URLSearchParams(location.search).get('theme') || localStorage.getItem('demo.theme') || 'dark';
  var language =
    new URLSearchParams(location.search).get('language') || localStorage.getItem('demo.language') || 'en-US';
  window.__grafana_public_path__ = '/public/';
  window.grafanaBootData = {
    assets: { light: '', dark: '', jsFiles: [] },
    navTree: [],
    themePaths: { light: '', dark: '' },
    user: {
      id: 1,
      uid: 'demo',
      isSignedIn: true,
      login: 'demo',
      name: 'Demo',
      email: '',
      orgId: 1,
      orgName: 'Demo',
      orgRole: 'Admin',
      orgCount: 1,
      isGrafanaAdmin: false,
      theme: wished,
      lightTheme: wished === 'light',
      timezone: 'browser',
      weekStart: '',
      locale: navigator.language,
      language: language,
      regionalFormat: navigator.language,
      gravatarUrl: '',
      hasEditPermissionInFolders: true,
      permissions: {},
      analytics: { identifier: '' },
      authenticatedBy: '',
    },
    settings: {
      appSubUrl: '',
      appUrl: location.origin + '/',
      buildInfo: {
        version: '0.0.0',
        commit: '',
        env: 'production',
        edition: 'Open Source',
        hasUpdate: false,
        hideVersion: false,
        latestVersion: '',
      },
      bootData: {},
      datasources: {},
      panels: {},
      apps: {},
      defaultDatasource: 'demo',
      featureToggles: {},
      licenseInfo: { enabledFeatures: {} },
      dateFormats: {
        fullDate: 'YYYY-MM-DD HH:mm:ss',
        interval: {
          second: 'HH:mm:ss',
          minute: 'HH:mm',
          hour: 'MM-DD HH:mm',
          day: 'MM-DD',
          month: 'YYYY-MM',
          year: 'YYYY',
        },
        useBrowserLocale: false,
        defaultTimezone: 'browser',
      },
      theme2: undefined,
      minRefreshInterval: '',
      rendererAvailable: false,
      disableSanitizeHtml: false,
    },
  };
})();
