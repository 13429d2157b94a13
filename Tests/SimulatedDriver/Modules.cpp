#include "SIMTEmulator.h"
#include "Simulation.hpp"

#include <cstring>

namespace simulated {

// A simulated program's code is this word and its name, then sections as a real one names them: of all kernels, since the emulator does not
// know which file each is from.
static const char mark[] = "simulated:";

static Function *find(State &s, CUDAFunctionHandle handle) {
    for (Module *module : s.modules)
        for (auto &function : module->functions)
            if (reinterpret_cast<CUDAFunctionHandle>(function.get()) == handle) return function.get();
    return nullptr;
}

static int cuModuleLoadData(CUDAModuleHandle *handle, const void *image) {
    SIMULATED_CALL(true)
    if (strncmp(static_cast<const char *>(image), mark, strlen(mark)) != 0) {
        s.violate("cuModuleLoadData: not what the compiler made");
        return invalidValue;
    }
    Module *module = new Module;
    s.modules.insert(module);
    *handle = reinterpret_cast<CUDAModuleHandle>(module);
    return success;
}

static int cuModuleUnload(CUDAModuleHandle handle) {
    SIMULATED_CALL(false)
    Module *module = reinterpret_cast<Module *>(handle);
    if (!s.modules.erase(module)) {
        s.violate("cuModuleUnload: no such module");
        return invalidHandle;
    }
    delete module;
    return success;
}

static int cuModuleGetFunction(CUDAFunctionHandle *handle, CUDAModuleHandle owner, const char *name) {
    SIMULATED_CALL(true)
    Module *module = reinterpret_cast<Module *>(owner);
    if (!s.modules.count(module)) return invalidHandle;
    for (size_t i = 0; i < simt_kernel_count(); i++)
        if (strcmp(simt_kernel_name(i), name) == 0) {
            module->functions.push_back(std::make_unique<Function>(Function{name}));
            *handle = reinterpret_cast<CUDAFunctionHandle>(module->functions.back().get());
            return success;
        }
    return notFound;
}

static int cuFuncSetAttribute(CUDAFunctionHandle handle, int attribute, int value) {
    SIMULATED_CALL(true)
    Function *function = find(s, handle);
    if (!function || attribute != CUDAFunctionMaximumDynamicShared || value < 0 || value > 227 << 10) return invalidValue;
    function->mostDynamicShared = value;
    return success;
}

static int cuLaunchKernel(
    CUDAFunctionHandle handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
    unsigned sharedByteCount, CUDAStreamHandle stream, void **parameters, void **extra) {
    SIMULATED_CALL(true)
    Function *function = find(s, handle);
    if (!function) return invalidHandle;
    bool isShaped = gridX > 0 && gridY > 0 && gridZ > 0 && gridX <= 0x7fffffff && gridY <= 65535 && gridZ <= 65535 && blockX > 0
        && blockY > 0 && blockZ > 0 && blockX <= 1024 && blockY <= 1024 && blockZ <= 64
        && uint64_t(blockX) * blockY * blockZ <= 1024 && int(sharedByteCount) <= function->mostDynamicShared;
    if (!isShaped || !parameters || extra) {
        s.violate("cuLaunchKernel: " + function->name + " with a shape or arguments that no device takes");
        return invalidValue;
    }
    // As many bytes as the kernel's one parameter has: a driver knows that from the code.
    const char *bytes = static_cast<const char *>(parameters[0]);
    std::vector<char> arguments(bytes, bytes + simt_argument_byte_count(function->name.c_str()));
    simt_dim grid{gridX, gridY, gridZ}, block{blockX, blockY, blockZ};
    std::string name = function->name;
    Task task{[=] {
        char error[1024] = "";
        if (simt_launch(name.c_str(), grid, block, sharedByteCount, arguments.data(), arguments.size(), error, sizeof error) == 0) return;
        State &s = state();
        std::lock_guard<std::mutex> guard(s.lock);
        s.violate(name + ": " + error);
        s.stickyError = illegalAddress;
    }};
    task.touchesAnything = true;
    return enqueue(s, stream, std::move(task));
}

// Only the one kind of map that Sluice asks for, under the rules for it.
static int cuTensorMapEncodeTiled(
    void *map, int type, uint32_t rank, CUDAAddress address, const uint64_t *sizes, const uint64_t *byteStrides, const uint32_t *tileSizes,
    const uint32_t *elementStrides, int interleave, int swizzle, int, int fill) {
    SIMULATED_CALL(false)
    const bool isKnown = type == 9 && rank == 2 && interleave == 0 && swizzle == 3 && fill == 0 && tileSizes[0] == 64
        && elementStrides[0] == 1 && elementStrides[1] == 1;
    const bool isAllowed = reinterpret_cast<uint64_t>(map) % 64 == 0 && address % 16 == 0 && sizes[0] > 0 && sizes[1] > 0
        && sizes[0] <= 1ull << 32 && sizes[1] <= 1ull << 32 && byteStrides[0] % 16 == 0 && byteStrides[0] < 1ull << 40
        && tileSizes[1] > 0 && tileSizes[1] <= 256;
    if (!isKnown || !isAllowed) {
        s.violate("cuTensorMapEncodeTiled: a map that no device takes, or none that is simulated");
        return invalidValue;
    }
    const simt_tile_map simulated = {SIMT_TILE_MAP_MARK, address, sizes[0], sizes[1], byteStrides[0], 2, tileSizes[1], tileSizes[0] * 2};
    static_assert(sizeof simulated <= 128);
    memset(map, 0, 128);
    memcpy(map, &simulated, sizeof simulated);
    return success;
}

void fillModules(CUDADriver &table) {
    FILL(cuModuleLoadData)
    FILL(cuModuleUnload)
    FILL(cuModuleGetFunction)
    FILL(cuFuncSetAttribute)
    FILL(cuLaunchKernel)
    FILL(cuTensorMapEncodeTiled)
}

struct Program {
    std::string name;
    bool isCompiled = false;
    std::string image() const {
        std::string image = mark + name + '\0';
        for (size_t i = 0; i < simt_kernel_count(); i++) image += std::string(".text.") + simt_kernel_name(i) + '\0';
        return image;
    }
};

static int nvrtcVersion(int *major, int *minor) {
    *major = 12;
    *minor = 8;
    return 0;
}

static int nvrtcCreateProgram(
    CUDAProgram *program, const char *source, const char *name, int headerCount, const char *const *headers,
    const char *const *headerNames) {
    for (int i = 0; i < headerCount; i++)
        if (strlen(headers[i]) == 0 || strlen(headerNames[i]) == 0) return 3;
    if (strlen(source) == 0) return 3;
    *program = reinterpret_cast<CUDAProgram>(new Program{name});
    return 0;
}

static int nvrtcDestroyProgram(CUDAProgram *program) {
    delete reinterpret_cast<Program *>(*program);
    *program = nullptr;
    return 0;
}

static int nvrtcCompileProgram(CUDAProgram handle, int optionCount, const char *const *options) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    if (int code = enter(s, __func__, false)) return code;
    bool hasArchitecture = false;
    for (int i = 0; i < optionCount; i++) hasArchitecture |= strcmp(options[i], "--gpu-architecture=sm_90a") == 0;
    if (!hasArchitecture) return 5;
    reinterpret_cast<Program *>(handle)->isCompiled = true;
    return 0;
}

static int nvrtcGetProgramLogSize(CUDAProgram, size_t *byteCount) {
    *byteCount = sizeof "simulated log";
    return 0;
}

static int nvrtcGetProgramLog(CUDAProgram, char *log) {
    strcpy(log, "simulated log");
    return 0;
}

static int nvrtcGetCUBINSize(CUDAProgram handle, size_t *byteCount) {
    auto program = reinterpret_cast<Program *>(handle);
    if (!program->isCompiled) return 4;
    *byteCount = program->image().size();
    return 0;
}

static int nvrtcGetCUBIN(CUDAProgram handle, char *image) {
    auto text = reinterpret_cast<Program *>(handle)->image();
    memcpy(image, text.data(), text.size());
    return 0;
}

} // namespace simulated

const CUDACompiler *simulatedCompiler(void) {
    static const CUDACompiler table = [] {
        CUDACompiler table{};
#define CUDA_CALL(NAME, PARAMETERS) table.NAME = simulated::NAME;
        CUDA_COMPILER_CALLS(CUDA_CALL)
#undef CUDA_CALL
        return table;
    }();
    return &table;
}
