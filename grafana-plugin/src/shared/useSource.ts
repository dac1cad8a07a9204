import { useEffect, useState } from 'react';
import type { DataSourceApi } from '@grafana/data';
import type { DataSourceRef } from '@grafana/schema';
import { getDataSourceSrv } from '@grafana/runtime';

/** The data source behind a reference, loaded; undefined while loading, an error's text where it fails. */
export function useSource(ref: DataSourceRef | undefined): { source?: DataSourceApi; error?: string } {
  const uid = ref?.uid;
  const [state, setState] = useState<{ uid?: string; source?: DataSourceApi; error?: string }>({});
  useEffect(() => {
    if (!uid) return;
    let live = true;
    getDataSourceSrv()
      .get({ uid })
      .then(
        (source) => live && setState({ uid, source }),
        (error: unknown) =>
          live && setState({ uid, error: error instanceof Error ? error.message : String(error) }),
      );
    return () => {
      live = false;
    };
  }, [uid]);
  return state.uid === uid ? state : {};
}
