import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeId, encodeId } from './ids.ts'

describe('the public form of an id', () => {
  it('is that of the TypeID specification, there and back', () => {
    const uuid = '01890a5d-ac96-774b-bcce-b302099a8057'
    expect(encodeId('opp', uuid)).toBe('opp_01h455vb4pex5vsknk084sn02q')
    expect(decodeId('opp', 'opp_01h455vb4pex5vsknk084sn02q')).toBe(uuid)
    fc.assert(fc.property(fc.uuid(), (any) => decodeId('task', encodeId('task', any)) === any))
  })

  it.each([
    ['another prefix', 'acc_01h455vb4pex5vsknk084sn02q'],
    ['no prefix', '01h455vb4pex5vsknk084sn02q'],
    ['another separator', 'opp-01h455vb4pex5vsknk084sn02q'],
    ['a digit too many', 'opp_01h455vb4pex5vsknk084sn02qq'],
    ['a digit too few', 'opp_01h455vb4pex5vsknk084sn02'],
    ['upper case', 'opp_01H455VB4PEX5VSKNK084SN02Q'],
    ['a letter that is no digit', 'opp_01h455vb4pex5vsknk084sn02u'],
    ['a character beyond ASCII', 'opp_01h455vb4pex5vsknk084sn02é'],
    ['more than 128 bits', 'opp_81h455vb4pex5vsknk084sn02q'],
    ['no version of a UUID', 'opp_01h455vb4pyx5vsknk084sn02q'],
  ])('is none with %s', (_, id) => {
    expect(decodeId('opp', id)).toBeUndefined()
  })
})
