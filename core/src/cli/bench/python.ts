import { spawnSync } from 'node:child_process';
import type { Absent, Contestant } from './harness.js';

const pythons = ['python3', '/usr/bin/python3'];
const rounds = 15;

/** A Python that has the module; undefined where none has. */
function pythonWith(module: string): string | undefined {
  return pythons.find(
    (python) => spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  );
}

/** Runs a script that prints a JSON list of ms per run. */
function timeScript(python: string, script: string): number[] {
  const { stdout, stderr, status } = spawnSync(python, ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? 'python failed');
  return JSON.parse(stdout) as number[];
}

const clock = `
import json, time
def clock(work):
    times = []
    for i in range(${rounds + 2}):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps(times[2:]))
`;

/** PyTorch on one thread, where Python has it (Debian: apt-get install python3-torch). */
export async function pytorchTimes(
  name: 'attention-product' | 'attention-forward' | 'train-step',
  shape: Readonly<Record<string, number>>,
): Promise<Contestant | Absent> {
  const implementation = 'pytorch';
  const python = pythonWith('torch');
  if (!python)
    return { implementation, absent: 'no Python with torch (Debian: apt-get install python3-torch)' };
  const [a, b, c, d, e] = Object.values(shape);
  const scripts = {
    'attention-product': `
q, k = torch.randn(${a}, ${b}, ${d}), torch.randn(${a}, ${c}, ${d})
clock(lambda: torch.bmm(q, k.transpose(1, 2)))`,
    'attention-forward': `
q, k, v = torch.randn(${a}, ${b}, ${d}), torch.randn(${a}, ${c}, ${d}), torch.randn(${a}, ${c}, ${d})
clock(lambda: torch.softmax(torch.bmm(q, k.transpose(1, 2)) / ${Math.sqrt(d!)}, -1) @ v)`,
    'train-step': `
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Linear(${c}, ${d})
        self.between = torch.nn.ModuleList([torch.nn.Linear(${d}, ${d}) for _ in range(${e})])
        self.widen, self.output = torch.nn.Linear(2 * ${d}, 2 * ${d}), torch.nn.Linear(2 * ${d}, ${c})
        time, column = torch.arange(${b}).unsqueeze(1), torch.arange(${d})
        angle = time / 10000.0 ** (2 * (column // 2) / ${d})
        self.position = torch.where(column % 2 == 0, angle.sin(), angle.cos()).expand(${a}, -1, -1)
        self.bias = -1e9 * ((time - time.T).abs() <= 1).float()
    def forward(self, x):
        s, query = self.embed(x) + self.position, self.position
        for layer in self.between:
            scores = torch.bmm(query, s.transpose(1, 2)) / ${Math.sqrt(d!)} + self.bias
            query = query + torch.tanh(layer(torch.softmax(scores, -1) @ s))
        return self.output(torch.relu(self.widen(torch.cat([query, self.position], 2))))
network = Network()
x = torch.randn(${a}, ${b}, ${c})
optimizer = torch.optim.Adam(network.parameters(), 3e-3)
def step():
    optimizer.zero_grad()
    loss = ((network(x) - x) ** 2).mean()
    loss.backward()
    optimizer.step()
    loss.item()
clock(step)`,
  };
  try {
    const times = timeScript(python, `import torch\ntorch.set_num_threads(1)\n${clock}${scripts[name]}`);
    return { implementation, run: () => undefined, times, note: 'one thread, own process' };
  } catch (error) {
    return { implementation, absent: (error as Error).message };
  }
}

/** Sub-PCA (windows of 100, all components) by scikit-learn, on sine waves with noise, as many as asked. */
export async function scikitTimes(series: number, points: number): Promise<Contestant | Absent> {
  const implementation = 'scikit-learn';
  const python = pythonWith('sklearn');
  if (!python)
    return {
      implementation,
      absent: 'no Python with scikit-learn (Debian: apt-get install python3-sklearn)',
    };
  const script = `
import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
${clock}
rng = np.random.default_rng(0)
data = [np.sin(np.arange(${points}) / 50 * 2 * np.pi) + rng.normal(0, 0.1, ${points}) for _ in range(${series})]
def score(x):
    windows = StandardScaler().fit_transform(np.lib.stride_tricks.sliding_window_view(x, 100))
    pca = PCA().fit(windows)
    weights = 1 / np.maximum(pca.explained_variance_ratio_, 1e-12)
    return (pca.transform(windows) ** 2) @ weights
clock(lambda: [score(x) for x in data])`;
  try {
    return {
      implementation,
      run: () => undefined,
      times: timeScript(python, script),
      note: 'Sub-PCA with windows of 100; one thread, own process',
    };
  } catch (error) {
    return { implementation, absent: (error as Error).message };
  }
}
