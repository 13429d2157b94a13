import CPUBackend
import FluxModels
import GoldenData
import Memory
import Tensors
import Testing
import Weights

@testable import Diffusion

/// Plans are functions of what a run needs and of the budget, and keep to it.
@Suite struct MemoryPlannerTests {
    private static let context = 50 << 20

    private func needs(_ golden: GoldenCase, _ type: ElementType = .bf16) throws -> RunNeeds {
        let backend = CPUBackend()
        let model = try FluxModel(golden.model, computeType: type, retainedByteCount: 0, on: backend)
        return try RunPlanner(model, contextByteCount: Self.context, on: backend).needs(of: golden.request)
    }

    private func planner(_ golden: GoldenCase, _ offload: Offload) throws -> MemoryPlanner {
        MemoryPlanner(needs: try needs(golden), contextByteCount: Self.context, offload: offload)
    }

    private func smallest(_ planner: MemoryPlanner) throws -> Int {
        let refusal = #expect(throws: BudgetRefusal.self) { try planner.plan(budgetByteCount: 1) }
        return try #require(refusal?.smallestByteCount)
    }

    @Test("Two dry runs of one request need the same, buffer for buffer", arguments: GoldenCase.all)
    func deterministic(_ golden: GoldenCase) throws {
        let (first, second) = (try needs(golden), try needs(golden))
        #expect(first.phases.map(\.phase) == [.clip, .t5, .modulation, .denoise, .decode])
        #expect(first.phases.map(\.arena) == second.phases.map(\.arena))
        #expect(first.phases.map { $0.units.map(\.key) } == second.phases.map { $0.units.map(\.key) })
        #expect(first.keptByteCount == second.keptByteCount)
    }

    @Test("No phase of a plan passes its budget, and what stays and what streams are all a step reads", arguments: GoldenCase.all)
    func withinBudget(_ golden: GoldenCase) throws {
        for offload in Offload.allCases {
            let planner = try planner(golden, offload)
            let smallest = try smallest(planner)
            let step = planner.needs.phases.first { $0.phase == .denoise }?.units ?? []
            for _ in 0..<20 {
                let budget = smallest + Int.random(in: 0...64 << 20)
                let plan = try planner.plan(budgetByteCount: budget)
                #expect(plan.phases.allSatisfy { $0.peakByteCount <= budget }, "\(offload), \(budget)")
                let denoise = try #require(plan.phase(.denoise))
                let resident = step.filter { plan.residentSpan($0.key, in: denoise) != nil }
                let bytes = resident.reduce(0) { $0 + $1.byteCount } + denoise.streamedByteCount
                #expect(bytes == step.reduce(0) { $0 + $1.byteCount }, "\(offload), \(budget)")
                #expect(denoise.streamedUnits.count + resident.count == step.count)
            }
        }
    }

    @Test("The smallest budget works and one byte less is refused", arguments: GoldenCase.all, Offload.allCases)
    func smallestBudget(_ golden: GoldenCase, _ offload: Offload) throws {
        let planner = try planner(golden, offload)
        let smallest = try smallest(planner)
        #expect(try planner.plan(budgetByteCount: smallest).predictedPeakByteCount <= smallest)
        #expect(throws: BudgetRefusal.self) { try planner.plan(budgetByteCount: smallest - 1) }
    }

    @Test("Sequential offload streams every unit of every phase, whatever the budget; without offload nothing streams")
    func modes() throws {
        let golden = try #require(GoldenCase.all.first)
        let sequential = try planner(golden, .sequential)
        let streamed = try sequential.plan(budgetByteCount: 1 << 40)
        #expect(zip(streamed.phases, sequential.needs.phases).allSatisfy { $0.streamedUnits.map(\.key) == $1.units.map(\.key) })
        let resident = try planner(golden, .none).plan(budgetByteCount: 1 << 40)
        #expect(resident.phases.allSatisfy { $0.streamedByteCount == 0 } && resident.ringByteCount == 0)
    }

    @Test("A model on paper has the bytes of the same model in files", arguments: GoldenCase.all)
    func paper(_ golden: GoldenCase) throws {
        let backend = NullBackend()
        let model = try FluxModel(golden.model, computeType: .bf16, retainedByteCount: 0, on: backend)
        let recorder = RunRecorder(for: backend)
        for (component, store) in zip(FluxComponent.allCases, model.stores) {
            // On paper a component has one type.
            guard let type = store.storedTypes.first, store.storedTypes.count == 1 else { continue }
            let paper = try WeightStore(
                onPaper: component.folder, units: component.units(model.folder.configurations), storedType: type, computeType: .bf16,
                from: recorder, on: recorder.backend)
            #expect(paper.byteCount == store.byteCount, "\(component)")
            #expect(paper.units.map(\.key) == store.units.map(\.key))
        }
    }
}
