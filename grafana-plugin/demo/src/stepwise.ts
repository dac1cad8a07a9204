// The page is put up in many short tasks, so that what is clicked or drawn meanwhile never waits long for it.
import { InternalTimeZones, getTimeZoneInfo, getValueFormat, rangeUtil } from '@grafana/data';
import type { EmbeddedScene, SceneGridLayout } from '@grafana/scenes';

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Has Grafana's libraries build what they build at first use, each in a task of its own: translated units, the zones
 * of the world, names of time ranges. In Grafana the page around a dashboard has used them before it is opened.
 */
export async function warmUp(): Promise<void> {
  const firstUses = [
    () => getValueFormat('short'),
    () => getTimeZoneInfo(InternalTimeZones.localBrowserTime, Date.now()),
    () => rangeUtil.describeTimeRange({ from: 'now-1h', to: 'now' }),
  ];
  for (const firstUse of firstUses) {
    await nextTask();
    firstUse();
  }
}

/** Puts the controls and panels of a scene in one by one; mounted together they would be one long task. */
export async function mountStepwise(scene: EmbeddedScene, isLive: () => boolean): Promise<void> {
  const grid = scene.state.body as SceneGridLayout;
  const { controls = [] } = scene.state;
  const { children } = grid.state;
  scene.setState({ controls: [] });
  grid.setState({ children: [] });
  for (let i = 1; i <= controls.length + children.length; i++) {
    await nextTask();
    if (!isLive()) return;
    if (i <= controls.length) scene.setState({ controls: controls.slice(0, i) });
    else grid.setState({ children: children.slice(0, i - controls.length) });
  }
}
