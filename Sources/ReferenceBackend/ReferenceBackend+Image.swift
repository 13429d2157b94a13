public import Tensors

extension ReferenceBackend {
    public func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) {
        let (height, width, kernel) = (x.shape[0], x.shape[1], weight.columns)
        let (values, weights) = (x.elements, weight.elements)
        output.fill { pixel, channel in
            var sum = bias[channel] + (residual?[pixel, channel] ?? 0)
            for tap in 0..<kernel * kernel {
                let y = pixel / width + tap / kernel - kernel / 2
                let x0 = pixel % width + tap % kernel - kernel / 2
                guard (0..<height).contains(y), (0..<width).contains(x0) else { continue }
                for input in 0..<x.columns {
                    let position = (channel * x.columns + input) * kernel * kernel + tap
                    sum += values[(y * width + x0) * x.columns + input] * weights[position]
                }
            }
            return sum
        }
    }

    public func upsampleNearest(_ x: Tensor, into output: Tensor) {
        let width = output.shape[1]
        output.fill { pixel, channel in x[pixel / width / 2 * x.shape[1] + pixel % width / 2, channel] }
    }
}
