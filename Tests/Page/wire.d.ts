// What the server sends and takes, as Sources/Studio writes it. Times are UTC milliseconds, sizes bytes, spans seconds.

interface Capabilities {
    version: string;
    model: { name: string; digest: string; guidance: boolean; trueGuidance: boolean; embedded: boolean };
    device: { name: string; description: string };
    budgetBytes: number | null;
    dtype: string;
    defaults: { width: number; height: number; steps: number; guidance: number; count: number };
    draft: Pace;
    final: Pace;
    bounds: {
        steps: [number, number];
        guidance: [number, number];
        side: [number, number];
        sideMultiple: number;
        count: [number, number];
        promptCharacters: number;
        seed: [number, number];
    };
    sizes: Size[];
    samplers: string[];
    blocks: { double: number; single: number };
    languages: string[];
    uploadBytes: number;
    authentication: boolean;
    readOnlyHistory: boolean;
}

interface Pace { steps: number; guidance: number }
interface Size { width: number; height: number }

interface JobRequest {
    prompt: string;
    negativePrompt?: string;
    trueGuidance?: number;
    width?: number;
    height?: number;
    steps?: number;
    guidance?: number;
    seed?: number;
    count?: number;
    front?: boolean;
    parentImage?: number;
}

interface WireError { code: string; message: string; field?: string; facts?: Record<string, unknown> | null }

type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

interface Job {
    id: number;
    status: JobStatus;
    request: JobRequest;
    attempt: number;
    lost: number;
    createdAt: number;
    startedAt: number | null;
    endedAt: number | null;
    error: WireError | null;
    images: number[];
    position?: number | null;
    cancelRequested?: boolean;
    /** Set by the page alone: sent, not yet answered. */
    pendingKey?: string;
}

interface PictureParameters {
    steps?: number;
    guidance?: number;
    sampler?: string;
    dtype?: string;
    model?: string;
    modelDigest?: string;
    device?: string;
    budgetBytes?: number | null;
    maximumSequenceLength?: number;
    negativePrompt?: string;
    trueGuidance?: number;
}

interface Histograms { r: number[]; g: number[]; b: number[]; y: number[] }

interface Metrics {
    contrastRMS: number;
    contrastLightness: number;
    noise: number;
    noiseReliable: boolean;
    sharpness: number;
    clippedShare: number;
    histograms?: Histograms;
}

interface Picture {
    id: number;
    job: number | null;
    ordinal: number;
    sha256: string;
    width: number;
    height: number;
    seed: number;
    prompt: string;
    parameters: PictureParameters;
    metrics?: Metrics | null;
    parent?: number | null;
    children?: number[];
    starred: boolean;
    missing: boolean;
    createdAt: number;
    trashedAt?: number | null;
    seconds?: number | null;
    peakBytes?: number | null;
    byteCount: number;
}

interface Gone { id: number; gone: true }

interface TimeSplit { wait: number; compute: number; copy: number; hiddenCopy: number }

interface Progress {
    job: number;
    attempt: number;
    image: number;
    images: number;
    phase: string;
    step?: number | null;
    steps?: number | null;
    block?: number | null;
    blocks?: number | null;
    stream?: string | null;
    layer?: string | null;
    bytesDone?: number | null;
    bytesTotal?: number | null;
    tile?: number | null;
    tiles?: number | null;
    elapsed: number;
    remaining?: number | null;
    time?: TimeSplit | null;
}

interface Owners { context: number; resident: number; ring: number; arena: number; arenaHeld?: number; kept: number }

interface MemoryState {
    now: number;
    peak: number;
    predicted?: number | null;
    budget?: number | null;
    freeOutside?: number | null;
    rung?: string | null;
    owners?: Owners | null;
    source?: string | null;
    streamedBytes?: number | null;
    hiddenShare?: number | null;
}

interface WorkerState { state: string; restarts: number; message?: string | null }
interface QueueState { paused: boolean; depth: number }
interface Preview { job: number; image: number; step: number; dataURL: string }

interface Snapshot {
    eventId: string;
    jobs: Job[];
    recent: Job[];
    progress?: Progress | null;
    memory?: MemoryState | null;
    worker?: WorkerState | null;
    queue: QueueState;
    lastImages: Picture[];
    disk?: { freeBytes: number; minimumFreeBytes: number } | null;
}

interface CurvePoint extends Owners { seconds: number; phase: string; arenaHeld: number }

interface PhaseTime { name: string; seconds: number; waitSeconds: number; computeSeconds: number; copySeconds: number }

interface Report {
    request?: Record<string, unknown>;
    plan?: {
        budgetBytes: number;
        predictedPeakBytes: number;
        offload: string;
        streamedBytesPerStep: number;
        phases: { name: string; peakBytes: number }[];
    } | null;
    memory: {
        peakBytes: number;
        phases?: { name: string; peakBytes: number }[];
        peakResidentSetBytes?: number;
        fragmentationPeak?: number | null;
    };
    memoryCurve?: CurvePoint[] | null;
    streaming?: { streamedBytes: number; fillSeconds: number; exposedSeconds: number; hiddenShare?: number | null } | null;
    time: { totalSeconds: number; phases: PhaseTime[]; stepSeconds: number[] };
}

interface PlanAnswer {
    fits: boolean;
    predictedPeakBytes: number;
    budgetBytes: number;
    offload: string;
    streamedBytesPerStep: number;
    phases: { name: string; predictedPeakBytes: number }[];
    stepSeconds?: number | null;
    bound?: string | null;
}

interface ImagePage { images: Picture[]; next: string | null }

interface ComparedPicture extends Picture { curve?: CurvePoint[] | null; time?: Report['time'] | null }

interface Difference { name: string; a: unknown; b: unknown }

interface Pair {
    a: number;
    b: number;
    identical: boolean;
    psnr?: number | null;
    ssim?: number | null;
    meanDifference?: number | null;
    differences: Difference[];
    comparable: boolean;
    reason?: string | null;
}

interface Comparison { images: ComparedPicture[]; pairs: Pair[] }

interface FoundSettings {
    prompt: string;
    negativePrompt?: string | null;
    width?: number | null;
    height?: number | null;
    steps?: number | null;
    guidance?: number | null;
    trueGuidance?: number | null;
    seed?: number | null;
    sampler?: string | null;
    model?: string | null;
    source: string;
    notes?: string[] | null;
}

/** An event of the stream, or one that the page makes itself. */
interface StudioEvent { type: string; id?: string; data: any }
