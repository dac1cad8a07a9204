import { useState, type ComponentProps } from 'react';
import { css } from '@emotion/css';
import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, Input, SecretInput, useStyles2 } from '@grafana/ui';
import type { AppSettings } from '../serve/incidents.js';
import { t } from '../shared/i18n.js';

const exampleUrl = 'http://heed:9646';
const exampleHeader = 'Basic …';

/** Empty, or an address that Grafana's server can ask. */
function isAddress(text: string): boolean {
  if (text === '') return true;
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** Where `heed serve` is, if there is one. */
export function ConfigPage({ plugin }: PluginConfigPageProps<AppPluginMeta<AppSettings>>) {
  const styles = useStyles2(getStyles);
  const { id, enabled, pinned, jsonData, secureJsonFields } = plugin.meta as AppPluginMeta<AppSettings> & {
    secureJsonFields?: Record<string, boolean>;
  };
  const [url, setUrl] = useState(jsonData?.serveUrl ?? '');
  const [secret, setSecret] = useState('');
  const [isSet, setIsSet] = useState(Boolean(secureJsonFields?.serveAuthorization));
  const [problem, setProblem] = useState('');
  const address = url.trim().replace(/\/+$/, '');
  const save = async () => {
    setProblem('');
    try {
      await getBackendSrv().post(`/api/plugins/${id}/settings`, {
        enabled: enabled ?? true,
        pinned: pinned ?? true,
        jsonData: { ...jsonData, serveUrl: address },
        ...(isSet && secret === '' ? {} : { secureJsonData: { serveAuthorization: secret } }),
      });
      // Grafana reads an app's settings when its page is loaded.
      location.reload();
    } catch (error) {
      const { data, message } = error as { data?: { message?: string }; message?: string };
      setProblem(data?.message ?? message ?? String(error));
    }
  };
  const hidden: Pick<ComponentProps<typeof SecretInput>, 'isConfigured' | 'onReset'> = {
    isConfigured: isSet,
    onReset: () => setIsSet(false),
  };
  return (
    <div data-testid="heed-config" className={styles.page}>
      <Field
        label={t('config.url', 'Address of heed serve')}
        description={t(
          'config.url-help',
          'As the Grafana server reaches it. The open incidents are then listed on the page Incidents of the app. Leave it empty where there is none: panels and queries do not need it.',
        )}
        invalid={!isAddress(address)}
        error={t('config.url-wrong', 'Give an address such as {{example}}.', { example: exampleUrl })}
      >
        <Input
          id="heed-serve-url"
          width={50}
          value={url}
          placeholder={exampleUrl}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      </Field>
      <Field
        label={t('config.authorization', 'Authorization header')}
        description={t(
          'config.authorization-help',
          'Where heed serve asks for a password: Basic, and user:password in base64. It is kept encrypted, and no browser sees it again.',
        )}
      >
        <SecretInput
          id="heed-serve-authorization"
          width={50}
          value={secret}
          placeholder={exampleHeader}
          {...hidden}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
      </Field>
      {problem && (
        <Alert severity="error" title={t('config.not-saved', 'The settings could not be saved')}>
          {problem}
        </Alert>
      )}
      <Button disabled={!isAddress(address)} onClick={() => void save()}>
        {t('config.save', 'Save')}
      </Button>
    </div>
  );
}

const getStyles = () => ({ page: css({ maxWidth: 700 }) });
