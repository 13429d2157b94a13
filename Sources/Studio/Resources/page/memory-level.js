// The watermark's colour. Spare budget is filled with weights on purpose, so a share of the budget says nothing while there is a prediction.

const spare = 512 * 2 ** 20;
const lowRungs = new Set(['ringMinimum', 'evicting']);
const memoryFailures = new Set(['does_not_fit', 'out_of_memory', 'worker_lost', 'device_fault']);

/** @typedef {{level: 'green' | 'yellow' | 'red' | 'idle', reason: string}} Level */

const faults = new Set(['workerLost', 'deviceFault', 'refused']);

/**
 * The text that names a level: what went wrong need not be the budget.
 * @param {Level} level
 */
export const levelWord = ({ level, reason }) => faults.has(reason) ? `memory.red.${reason}` : `memory.${level}`;

/**
 * @param {MemoryState | null} memory
 * @param {WorkerState | null} worker
 * @param {Job | null} lastEnded counts while nothing runs
 * @returns {Level}
 */
export function memoryLevel(memory, worker, lastEnded) {
    if (worker && (worker.state === 'down' || worker.state === 'restarting')) return { level: 'red', reason: 'workerLost' };
    if (lastEnded?.status === 'failed' && memoryFailures.has(lastEnded.error?.code ?? '')) {
        return { level: 'red', reason: lastEnded.error?.code === 'worker_lost' ? 'workerLost' : lastEnded.error?.code === 'device_fault'
            ? 'deviceFault' : 'refused' };
    }
    if (!memory || (memory.now === 0 && memory.peak === 0)) return { level: 'idle', reason: 'idle' };
    if (memory.budget != null && Math.max(memory.now, memory.peak) > memory.budget) return { level: 'red', reason: 'overBudget' };
    if (memory.predicted == null) return byShare(memory);
    if (memory.peak > memory.predicted * 1.02) return { level: 'yellow', reason: 'abovePrediction' };
    if (memory.rung && lowRungs.has(memory.rung)) return { level: 'yellow', reason: memory.rung };
    if (memory.freeOutside != null && memory.freeOutside < spare) return { level: 'yellow', reason: 'othersHold' };
    return { level: 'green', reason: 'fits' };
}

/** @param {MemoryState} memory @returns {Level} */
function byShare({ peak, budget }) {
    if (budget == null) return { level: 'green', reason: 'noBudget' };
    const share = peak / budget;
    if (share <= 0.85) return { level: 'green', reason: 'fits' };
    return share <= 0.97 ? { level: 'yellow', reason: 'tight' } : { level: 'red', reason: 'nearBudget' };
}
